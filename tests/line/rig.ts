import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyCheckout } from "@slipway/signature/copy-checkout";
import { openEngineProxy } from "./engine-proxy.ts";
import type { EngineProxy } from "./engine-proxy.ts";
import { startGroup } from "../running-group.ts";
import type { Ended, RunningGroup } from "../running-group.ts";

const source = path.join(import.meta.dirname, "..", "..");

/** A row of the table of a run. */
export type Row = { readonly what: string; readonly why: string };

export type Run = Ended & {
  /** By `project:target`. */
  readonly rows: ReadonlyMap<string, Row>;
};

/** A checkout of the working tree with its own home, Nx cache and run state, on the real engine behind a counter. */
export class LineRig {
  readonly root: string;
  readonly home: string;
  readonly engine: EngineProxy;
  readonly engineSocket: string;
  readonly #folder: string;

  static async setup(): Promise<LineRig> {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-line-"));
    const engineSocket = findEngineSocket();
    const rig = new LineRig(folder, engineSocket, await openEngineProxy(folder, engineSocket));
    mkdirSync(rig.home);
    rig.checkOut(rig.root);
    return rig;
  }

  private constructor(folder: string, engineSocket: string, engine: EngineProxy) {
    this.#folder = folder;
    this.root = path.join(folder, "checkout");
    this.home = path.join(folder, "home");
    this.engineSocket = engineSocket;
    this.engine = engine;
  }

  /** What was committed, in another folder, with the packages installed. */
  clone(name: string): string {
    const root = path.join(this.#folder, name);
    execFileSync("git", ["clone", "--quiet", this.root, root], { stdio: "ignore" });
    installPackages(root);
    return root;
  }

  /** The files that git knows or would know, as one commit, with the packages installed. */
  checkOut(root: string): void {
    copyCheckout(source, root);
    installPackages(root);
    const git = (...words: readonly string[]): void => {
      const identity = ["-c", "user.name=line", "-c", "user.email=line@example.invalid"];
      execFileSync("git", [...identity, ...words], { cwd: root, stdio: "ignore" });
    };
    git("init", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message=start");
  }

  environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    const kept = ["PATH", "LANG", "XDG_CACHE_HOME", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];
    const environment = Object.fromEntries(
      kept.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    return {
      ...environment,
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? path.join(realHome(), ".cache"),
      npm_config_userconfig:
        process.env["npm_config_userconfig"] ?? path.join(realHome(), ".npmrc"),
      HOME: this.home,
      DOCKER_HOST: this.engine.host,
      NX_DAEMON: "false",
      ...more,
    };
  }

  start(
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
    root: string = this.root,
  ): RunningGroup {
    const command = [path.join(root, "node_modules/@slipway/cli/slipway.cjs"), ...words];
    return startGroup(command, {
      cwd: root,
      env: {
        ...this.environment(more),
        PATH: `${path.join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
      },
    });
  }

  async run(more: Readonly<Record<string, string>> = {}, root: string = this.root): Promise<Run> {
    return withRows(await this.start(["run"], more, root).ended);
  }

  async command(
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Run> {
    return withRows(await this.start(words, more).ended);
  }

  nx(words: readonly string[]): string {
    const nx = path.join(this.root, "node_modules/nx/dist/bin/nx.js");
    return execFileSync(process.execPath, [nx, ...words], {
      cwd: this.root,
      env: this.environment(),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Everything under the checkout that a target writes, by name; nothing that Nx or git keep. */
  written(): readonly string[] {
    return readdirSync(this.root, { recursive: true, encoding: "utf8" }).filter(
      (file) =>
        /(^|\/)(dist|\.slipway|\.aigogo)(\/|$)/.test(file) && !/(^|\/)node_modules\//.test(file),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function realHome(): string {
  return process.env["HOME"] ?? "/root";
}

/** Hard links where the file system allows: the packages are many. */
function installPackages(root: string): void {
  const from = path.join(source, "node_modules");
  try {
    execFileSync("cp", ["-al", from, root], { stdio: "ignore" });
  } catch {
    execFileSync("cp", ["-a", from, root]);
  }
}

function findEngineSocket(): string {
  const host = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  const socket = host.replace(/^unix:\/\//, "");
  if (!existsSync(socket)) {
    throw new Error(
      `this test needs an engine at a local socket, and ${host} is none: make engine`,
    );
  }
  return socket;
}

function withRows(ended: Ended): Run {
  return { ...ended, rows: rowsIn(ended.output) };
}

function rowsIn(output: string): ReadonlyMap<string, Row> {
  const lines = output.split("\n");
  const head = lines.findLastIndex((line) => /^project +target +what happened/.test(line));
  if (head === -1) return new Map();
  const rest = lines.slice(head + 2);
  const rows = rest.slice(0, rest.indexOf("")).map((line) => line.split(/ {2,}/));
  return new Map(
    rows.map(([project = "", target = "", what = "", why = ""]) => [
      `${project}:${target}`,
      { what, why },
    ]),
  );
}
