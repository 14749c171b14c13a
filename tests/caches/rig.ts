import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startGroup } from "../running-group.ts";
import type { RunningGroup } from "../running-group.ts";

const source = path.join(import.meta.dirname, "..", "..");

/** A target of the workspace as project.json has it. */
export type TargetJson = Readonly<Record<string, unknown>>;

/** Of another user, who may not be let into the folder of this checkout. */
export type OtherClone = Disposable & {
  readonly isSourceReadable: boolean;
  readonly slipway: (words: readonly string[], more: Readonly<Record<string, string>>) => string;
};

export type Ended = { readonly code: number; readonly output: string };

const installed = {
  "@permaweb/ao-loader": "0.0.49",
  ajv: "8.20.0",
  luaparse: "0.3.1",
  yaml: "2.9.1",
  zod: "4.6.7",
};

const locked: Readonly<Record<string, object>> = Object.fromEntries(
  Object.entries(installed).map(([name, version]) => [`node_modules/${name}`, { version }]),
);

/** Of a workspace with AO processes. What their targets declare of what npm has installed is looked up in the lock. */
export const processesFiles = {
  "nx.json": JSON.stringify({
    analytics: false,
    neverConnectToCloud: true,
    cacheDirectory: ".nx/cache",
    plugins: ["@slipway/executors/plugin", "@slipway/processes/plugin"],
  }),
  "package-lock.json": JSON.stringify({
    lockfileVersion: 3,
    packages: { "": { dependencies: installed }, ...locked },
  }),
};

/**
 * A workspace in a temporary folder with the packages of this one linked in. Its tasks tell by a line in a file of
 * their own that they ran.
 */
export class CachesRig {
  readonly root: string;
  readonly #folder: string;
  readonly #isDaemonOn: boolean;

  private constructor(folder: string, isDaemonOn: boolean) {
    this.#folder = folder;
    this.root = path.join(folder, "workspace");
    this.#isDaemonOn = isDaemonOn;
  }

  static setup(files: Readonly<Record<string, string>>, isDaemonOn = false): CachesRig {
    const rig = new CachesRig(mkdtempSync(path.join(tmpdir(), "slipway-caches-")), isDaemonOn);
    mkdirSync(path.join(rig.#folder, "home"), { recursive: true });
    const settings = {
      analytics: false,
      neverConnectToCloud: true,
      cacheDirectory: ".nx/cache",
      parallel: 2,
      plugins: ["@slipway/executors/plugin"],
    };
    rig.write("nx.json", JSON.stringify(settings));
    rig.write("package.json", JSON.stringify({ name: "caches", private: true }));
    rig.write(".env", "NX_ISOLATE_PLUGINS=false\nNX_USE_LOCAL=true\n");
    rig.write(
      ".gitignore",
      ["node_modules", ".nx", ".slipway", ".ran", "dist", "made", ""].join("\n"),
    );
    for (const [file, text] of Object.entries(files)) rig.write(file, text);
    mkdirSync(rig.at(".ran"));
    symlinkSync(path.join(source, "node_modules"), rig.at("node_modules"));
    rig.git("init", "--quiet", "--initial-branch=main");
    rig.git("add", "--all");
    rig.git("commit", "--quiet", "--message=start");
    return rig;
  }

  at(file: string): string {
    return path.join(this.root, file);
  }

  read(file: string): string {
    return readFileSync(this.at(file), "utf8");
  }

  exists(file: string): boolean {
    return existsSync(this.at(file));
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(this.at(file)), { recursive: true });
    writeFileSync(this.at(file), text);
  }

  remove(file: string): void {
    rmSync(this.at(file), { recursive: true, force: true });
  }

  rename(file: string, to: string): void {
    renameSync(this.at(file), this.at(to));
  }

  link(file: string, target: string): void {
    this.remove(file);
    mkdirSync(path.dirname(this.at(file)), { recursive: true });
    symlinkSync(target, this.at(file));
  }

  makeExecutable(file: string, isExecutable = true): void {
    chmodSync(this.at(file), isExecutable ? 0o755 : 0o644);
  }

  git(...words: readonly string[]): void {
    const identity = ["-c", "user.name=rig", "-c", "user.email=rig@localhost"];
    execFileSync("git", [...identity, ...words], { cwd: this.root, stdio: "pipe" });
  }

  pipe(file: string): void {
    mkdirSync(path.dirname(this.at(file)), { recursive: true });
    execFileSync("mkfifo", [this.at(file)]);
  }

  /** How often each task ran so far, by what it calls itself. */
  runs(): ReadonlyMap<string, number> {
    const lines = this.exists(".ran/all") ? this.read(".ran/all").split("\n") : [];
    const names = Map.groupBy(
      lines.filter((line) => line !== ""),
      (line) => line,
    );
    return new Map([...names].map(([name, all]) => [name, all.length]));
  }

  /** A program of the installed packages, by its file; it can be stopped. */
  start(program: string, words: readonly string[]): RunningGroup {
    const command = [this.at(path.join("node_modules", program)), ...words];
    return startGroup(command, { cwd: this.root, env: this.#environment() });
  }

  async nx(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.#ended([this.at("node_modules/nx/dist/bin/nx.js"), ...words], more);
  }

  /** `slipway`, while this process serves what it asks. */
  async command(
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    return this.#ended([path.join(source, "tools/cli/slipway.cjs"), ...words], more);
  }

  async #ended(words: readonly string[], more: Readonly<Record<string, string>>): Promise<Ended> {
    const child = spawn(process.execPath, words, {
      cwd: this.root,
      env: { ...this.#environment(), ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (bytes: Buffer): void => void (output += bytes.toString("utf8"));
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    return new Promise((resolve) => {
      child.on("close", (code) => resolve({ code: code ?? 1, output }));
    });
  }

  /** The names of the tasks that a command ran, and no others that were served from the cache. */
  async ran(
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> {
    const before = this.runs();
    const { code, output } = await this.nx(words, more);
    if (code !== 0) throw new Error(`nx ${words.join(" ")} ended with ${code}:\n${output}`);
    return [...this.runs()]
      .filter(([name, count]) => count !== (before.get(name) ?? 0))
      .map(([name]) => name)
      .toSorted();
  }

  #environment(): NodeJS.ProcessEnv {
    const bin = path.join(source, "node_modules/.bin");
    return {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
      HOME: path.join(this.#folder, "home"),
      NX_DAEMON: String(this.#isDaemonOn),
      NX_SOCKET_DIR: path.join(this.#folder, "sockets"),
      NX_TUI: "false",
      NX_DEFAULT_OUTPUT_STYLE: "static",
    };
  }

  /** What `slipway` prints; it has to end well. */
  slipway(words: readonly string[], more: Readonly<Record<string, string>> = {}): string {
    return execFileSync(path.join(source, "node_modules/.bin/slipway"), words, {
      cwd: this.root,
      env: { ...this.#environment(), ...more },
      encoding: "utf8",
    });
  }

  /** A clone of the last commit, in another place, that another user has made after `shell`. */
  cloneFor(uid: number, shell: string): OtherClone {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-elsewhere-"));
    chownSync(folder, uid, uid);
    const own = { HOME: folder, NX_SOCKET_DIR: path.join(folder, "sockets") };
    const asOther = { cwd: folder, env: { ...this.#environment(), ...own }, uid, gid: uid };
    const isSourceReadable =
      spawnSync("test", ["-r", path.join(source, "tools/cli/src/main.ts")], asOther).status === 0;
    this.git("bundle", "create", "--quiet", path.join(folder, "bundle"), "HEAD", "main");
    chmodSync(path.join(folder, "bundle"), 0o644);
    const script = `${shell} && git clone --quiet bundle clone && ln -s "$0" clone/node_modules`;
    execFileSync("sh", ["-c", script, path.join(source, "node_modules")], asOther);
    return {
      isSourceReadable,
      slipway: (words, more) =>
        execFileSync(process.execPath, [path.join(source, "tools/cli/slipway.cjs"), ...words], {
          ...asOther,
          cwd: path.join(folder, "clone"),
          env: { ...asOther.env, ...more },
          encoding: "utf8",
        }),
      [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDaemonOn) await this.nx(["daemon", "--stop"]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
