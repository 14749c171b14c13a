import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { entryFolder, storeIn } from "@slipway/packages";
import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "../../slipway.cjs");
const run = promisify(execFile);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-exec-"));
  await mkdir(path.join(root, "app"));
});
afterEach(async () => {
  await run("chmod", ["-R", "u+w", root]);
  await rm(root, { recursive: true, force: true });
});

const at = (...names: readonly string[]) => path.join(root, ...names);

type Files = Readonly<Record<string, string>>;
type Manifest = {
  readonly name: string;
  readonly language: { readonly name: string; readonly version?: string };
  readonly [key: string]: unknown;
};

/** Puts a package into the store as its specification has it, and into the lock. */
async function installed(manifest: Manifest, files: Files): Promise<string> {
  const own = JSON.stringify({ version: "1.0.0", ...manifest });
  const all = { ...files, "aigogo.json": own };
  const names = Object.keys(all).toSorted();
  const contents = names.map((name) => `${name}\0${all[name as keyof typeof all] ?? ""}\0`);
  const integrity = digestOf(`${contents.join("")}__manifest__\0${own}`);
  const folder = await stored(integrity, all);
  const entry = {
    version: "1.0.0",
    integrity,
    source: `registry.example/a/${manifest.name}:1.0.0`,
    language: manifest.language.name,
    files: names,
  };
  await writeFile(
    at("app/aigogo.lock"),
    JSON.stringify({ version: 1, packages: { [manifest.name]: entry } }),
  );
  return folder;
}

async function stored(integrity: Digest, files: Files): Promise<string> {
  const entry = entryFolder(storeIn(at("home")), integrity);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(entry, "files", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o444 });
  }
  await writeFile(path.join(entry, "aigogo.json"), files["aigogo.json"] ?? "");
  return path.join(entry, "files");
}

function started(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, [program, "pkg", "exec", ...args], {
    cwd: at("app"),
    env: { PATH: process.env["PATH"] ?? "", HOME: at("home"), ...environment },
  });
}

async function exec(
  args: readonly string[],
  given: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
) {
  const child = started(args, given.environment);
  child.stdin.end(given.input ?? "");
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  await once(child, "close");
  const [stdout, stderr] = await outputs;
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}

const python = { name: "python" };

test("a script has our input, its words, its exit code, and its neighbours to import", async () => {
  const folder = await installed(
    { name: "tool", language: python, scripts: { tool: "bin/main.py" } },
    {
      "words.py": "def shout(text): return text.upper()\n",
      "bin/main.py":
        "import sys, words\nprint(sys.argv[1:], words.shout(sys.stdin.read()))\nsys.exit(7)\n",
    },
  );
  const ended = await exec(["tool", "--", "--help", "-x"], { input: "hi" });
  expect(ended).toEqual({
    code: 7,
    signal: null,
    stdout: "['--help', '-x'] HI\n",
    stderr: "",
  });
  expect(await readdir(folder)).toEqual(["aigogo.json", "bin", "words.py"]);
});

test("a signal that ends the script ends us, and one that we get is the script's", async () => {
  const main = [
    "import os, signal, sys",
    "if sys.argv[1:] == ['die']: os.kill(os.getpid(), signal.SIGKILL)",
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))",
    "print('ready', flush=True)",
    "signal.pause()",
  ];
  await installed(
    { name: "tool", language: python, scripts: { main: "main.py" } },
    { "main.py": `${main.join("\n")}\n` },
  );
  expect(await exec(["tool", "die"])).toMatchObject({ code: null, signal: "SIGKILL" });
  const child = started(["tool"]);
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  await once(child, "close");
  expect(child.exitCode).toBe(5);
});

test("what was changed in the store is not run", async () => {
  const folder = await installed(
    { name: "tool", language: python, scripts: { tool: "main.py" } },
    { "main.py": "print('as published')\n" },
  );
  await chmod(path.join(folder, "main.py"), 0o644);
  await writeFile(path.join(folder, "main.py"), "print('stolen')\n");
  const ended = await exec(["tool"]);
  expect([ended.code, ended.stdout]).toEqual([1, ""]);
  expect(ended.stderr).toMatch(/not what it was in the store/);
});

test("the copy of the manifest beside the files, which can be written, decides nothing", async () => {
  const manifest = { name: "tool", version: "1.0.0", language: python };
  const folder = await installed(
    { ...manifest, scripts: { tool: "main.py" } },
    { "main.py": "print('as published')\n", "other.py": "print('other')\n" },
  );
  const other = JSON.stringify({ ...manifest, scripts: { tool: "other.py" } });
  await writeFile(path.join(path.dirname(folder), "aigogo.json"), other);
  const ended = await exec(["tool"]);
  expect([ended.code, ended.stdout]).toEqual([1, ""]);
});

test("what the policy of the project does not let be linked is not run either", async () => {
  const code = { "tool.py": "print('ran')\n" };
  await installed({ name: "tool", language: python, scripts: { tool: "tool.py" } }, code);
  const policy = (rule: object) =>
    writeFile(at("app/aigogo.policy.json"), JSON.stringify({ schema: 1, rules: [rule] }));
  await policy({ packages: ["*"] });
  expect(await exec(["tool"])).toMatchObject({ code: 0, stdout: "ran\n" });
  await policy({ packages: ["*"], sources: ["elsewhere.example"] });
  expect(await exec(["tool"])).toMatchObject({ code: 1, stdout: "" });
  await policy({ packages: ["*"], signed: true });
  const unsigned = await exec(["--offline", "tool"]);
  expect(unsigned).toMatchObject({ code: 1, stdout: "" });
  expect(unsigned.stderr).toContain("nobody whom the policy trusts has signed");
});

test("a package whose bytes are those of other files is not run", async () => {
  const split = { "tool.py": "print('ran')\n\0words.py\0x = 1\n" };
  await installed({ name: "tool", language: python, scripts: { tool: "tool.py" } }, split);
  const lockFile = at("app/aigogo.lock");
  const lock = await readFile(lockFile, "utf8");
  const listed = lock.replace(
    /"files":\s*(?:null|\[[^\]]*\])/,
    '"files": ["aigogo.json", "tool.py", "words.py"]',
  );
  await writeFile(lockFile, listed);
  const ended = await exec(["tool"]);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toContain("is not what it was in the store");
});

test("names in a manifest are shown and not obeyed by a terminal", async () => {
  const scripts = { "\u001b[2Ja": "a.py", b: "a.py" };
  await installed({ name: "tool", language: python, scripts }, { "a.py": "" });
  const ended = await exec(["tool"]);
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("\\x1b[2Ja")]);
  expect(ended.stderr).not.toContain("\u001b");
});

test("a script outside of its package is not run", async () => {
  await writeFile(at("evil.py"), "print('evil')\n");
  const manifest = { name: "tool", language: python, scripts: { tool: at("evil.py") } };
  await installed(manifest, { "a.py": "" });
  const outside = await exec(["tool"]);
  expect([outside.code, outside.stdout]).toEqual([1, ""]);
  await installed({ ...manifest, scripts: { tool: "gone.py" } }, { "a.py": "" });
  expect((await exec(["tool"])).stderr).toMatch(/not among the files/);
});

/** A wheel of one module and one command, as pip takes it. */
async function makeWheel(version: string): Promise<void> {
  await mkdir(at("wheels"), { recursive: true });
  const code = [
    "import zipfile",
    "z = zipfile.ZipFile('greeting-VERSION-py3-none-any.whl', 'w')",
    "z.writestr('greeting.py', 'def hello():\\n    print(\"hello from a dependency\")\\n')",
    "d = 'greeting-VERSION.dist-info/'",
    "z.writestr(d + 'METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: VERSION\\n')",
    "z.writestr(d + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')",
    "z.writestr(d + 'entry_points.txt', '[console_scripts]\\ngreet = greeting:hello\\n')",
    "z.writestr(d + 'RECORD', '')",
    "z.close()",
  ];
  const written = code.join("\n").replaceAll("VERSION", version);
  await run("python3", ["-c", written], { cwd: at("wheels") });
}

test("Python dependencies are installed once, then needed offline, commands of theirs too", async () => {
  await makeWheel("1.2.0");
  const dependencies = { runtime: [{ package: "greeting", version: "^1.0" }] };
  const language = { name: "python", version: ">=3.8" };
  await installed(
    { name: "tool", language, dependencies, scripts: { tool: "main.py" } },
    {
      "main.py":
        "import greeting, subprocess\ngreeting.hello()\nsubprocess.run(['greet'], check=True)\n",
    },
  );
  // Whichever of the two this machine has.
  const pip = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: at("wheels") };
  const environment = { ...pip, UV_OFFLINE: "1", UV_FIND_LINKS: at("wheels") };
  const early = await exec(["--offline", "tool"], { environment });
  expect([early.code, early.stdout]).toEqual([1, ""]);
  const said = "hello from a dependency\n".repeat(2);
  const first = await exec(["tool"], { environment });
  expect([first.code, first.stdout]).toEqual([0, said]);
  expect(first.stderr).toContain("tool: installing greeting");
  // A newer one is no reason to have it, when the environment is made again.
  await makeWheel("1.3.0");
  await rm(await environmentIn("python-"), { recursive: true });
  expect(await exec(["tool"], { environment })).toMatchObject({ code: 0, stdout: said });
  await rm(at("wheels"), { recursive: true });
  expect(await exec(["--offline", "tool"])).toMatchObject({ code: 0, stdout: said, stderr: "" });
  const site = path.join(await environmentIn("python-"), ".venv/lib");
  const [version = ""] = await readdir(site);
  const present = await readdir(path.join(site, version, "site-packages"));
  expect(present.filter((name) => name.startsWith("greeting-"))).toEqual([
    "greeting-1.2.0.dist-info",
  ]);
});

/** The folder of the one package's environment. */
async function environmentIn(runtime: string): Promise<string> {
  const [hex = ""] = await readdir(at("home/.aigogo/envs"));
  const names = await readdir(at("home/.aigogo/envs", hex), { withFileTypes: true });
  const name = names.find((one) => one.isDirectory() && one.name.startsWith(runtime))?.name ?? "";
  return at("home/.aigogo/envs", hex, name);
}

/** Serves one npm package, whose installation would leave a file. */
async function serveNpm(): Promise<
  AsyncDisposable & { readonly url: string; readonly update: () => void }
> {
  let isUpdated = false;
  await mkdir(at("package"));
  const scripts = { install: `touch ${at("stolen")}` };
  const manifest = { name: "greeting", version: "1.2.0", type: "module", main: "a.js", scripts };
  await writeFile(at("package/package.json"), JSON.stringify(manifest));
  await writeFile(at("package/a.js"), "export const hello = () => 'hello from a dependency';\n");
  await run("tar", ["czf", at("greeting.tgz"), "package"], { cwd: root });
  const tarball = await readFile(at("greeting.tgz"));
  const server = createServer((request, response) => {
    const host = `http://${request.headers.host ?? ""}`;
    const dist = { tarball: `${host}/greeting.tgz` };
    const newer = isUpdated ? { "1.3.0": { ...manifest, version: "1.3.0", dist } } : {};
    const versions = { "1.2.0": { ...manifest, dist }, ...newer };
    const packument = {
      name: "greeting",
      "dist-tags": { latest: isUpdated ? "1.3.0" : "1.2.0" },
      versions,
    };
    response.end(request.url === "/greeting.tgz" ? tarball : JSON.stringify(packument));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a port was asked for, and no pipe
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    update: () => {
      isUpdated = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

test("npm dependencies are found by ES modules, and run nothing while they are installed", async () => {
  await using npm = await serveNpm();
  const dependencies = { runtime: [{ package: "greeting", version: "^1.0.0" }] };
  const language = { name: "javascript", version: ">=18" };
  await installed(
    { name: "tool", language, dependencies, scripts: { tool: "main.mjs" } },
    {
      "lib/say.mjs":
        "import { hello } from 'greeting';\nexport default () => console.log(hello());\n",
      "main.mjs": "import say from './lib/say.mjs';\nsay(); process.exit(3);\n",
    },
  );
  const environment = { npm_config_registry: npm.url, npm_config_cache: at("npm-cache") };
  const first = await exec(["tool"], { environment });
  expect([first.code, first.stdout]).toEqual([3, "hello from a dependency\n"]);
  expect(await readdir(root)).not.toContain("stolen");
  npm.update();
  await rm(await environmentIn("node-"), { recursive: true });
  await rm(at("npm-cache"), { recursive: true });
  expect(await exec(["tool"], { environment })).toMatchObject({ code: 3 });
  expect(await exec(["--offline", "tool"])).toMatchObject({ code: 3, stderr: "" });
  const lock = await readFile(`${await environmentIn("node-")}/package-lock.json`, "utf8");
  expect(lock).toContain('"version": "1.2.0"');
  expect(lock).not.toContain("1.3.0");
});

test("Ctrl-C while dependencies are installed leaves no half environment", async () => {
  const dependencies = { runtime: [{ package: "greeting", version: "^1.0.0" }] };
  const language = { name: "javascript" };
  await installed(
    { name: "tool", language, dependencies: { ...dependencies }, scripts: { tool: "main.mjs" } },
    { "main.mjs": "" },
  );
  await using silent = await serveNothing();
  const environment = { npm_config_registry: silent.url, npm_config_cache: at("npm-cache") };
  const child = started(["tool"], environment);
  await silent.asked;
  child.kill("SIGINT");
  const said = text(child.stderr);
  await once(child, "close");
  expect([child.exitCode, await said]).toEqual([1, expect.stringContaining("stopped before")]);
  const [hex = ""] = await readdir(at("home/.aigogo/envs"));
  const left = await readdir(at("home/.aigogo/envs", hex));
  expect(left.filter((name) => !name.endsWith(".lock"))).toEqual([]);
});

/** A registry that is asked and never answers. */
async function serveNothing(): Promise<
  AsyncDisposable & { readonly url: string; readonly asked: Promise<undefined> }
> {
  const asked = Promise.withResolvers<undefined>();
  const server = createServer(() => asked.resolve(undefined)).listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a port was asked for, and no pipe
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked: asked.promise,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
