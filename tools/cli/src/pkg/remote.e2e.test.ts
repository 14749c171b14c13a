import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";

const program = path.join(import.meta.dirname, "../../slipway.cjs");

let served: RegistryRig;
let root: string;
beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-remote-"));
  await mkdir(path.join(root, "words"));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

/** In the project folder, with nobody at a terminal. */
async function slipway(...words: readonly string[]) {
  const child = spawn(process.execPath, [program, "pkg", ...words], {
    cwd: path.join(root, "words"),
    env: { PATH: process.env["PATH"], HOME: path.join(root, "home") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  await once(child, "close");
  const [stdout, stderr] = await outputs;
  return { code: child.exitCode, stdout, stderr };
}

async function publish(name: string, version: string, ...more: readonly string[]) {
  const manifest = {
    name: "words",
    version,
    language: { name: "python" },
    files: { include: ["*.py"] },
  };
  await writeFile(path.join(root, "words/aigogo.json"), JSON.stringify(manifest));
  await writeFile(path.join(root, "words/words.py"), `version = "${version}"\n`);
  return slipway("push", `${served.host}/${name}:${version}`, ...more);
}

test("nothing is deleted where nobody can be asked and no --yes is given", async () => {
  await publish("a/words", "1.0.0");
  const name = `${served.host}/a/words:1.0.0`;
  const unasked = await slipway("delete", name);
  expect([unasked.code, unasked.stdout]).toEqual([1, ""]);
  expect(unasked.stderr).toMatch(/not confirmed; nothing was changed\n.*add --yes/s);
  const dry = await slipway("delete", name, "--dry-run", "--json");
  const hex = "[0-9a-f]{64}";
  expect(dry.stdout.replaceAll(/\s/g, "")).toMatch(
    new RegExp(
      `^{"schema":1,"wouldDelete":\\[{"digest":"sha256:${hex}","tags":\\["1.0.0","aigogo-${hex}"\\]}\\]}$`,
    ),
  );
  expect((await slipway("delete", name, "--yes")).code).toBe(0);
  const gone = await slipway("delete", name, "--yes");
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining("does not have")]);
});

/** Types a line, or a key, where `slipway pkg` asks at a terminal. */
async function atTerminal(typed: string, ...words: readonly string[]) {
  const driver = [
    "import os, pty, sys",
    "typed, program = sys.argv[1].encode(), sys.argv[2:]",
    "child, terminal = pty.fork()",
    "if child == 0: os.execvp(program[0], program)",
    "said = b''",
    "while b'to go on' not in said: said += os.read(terminal, 4096)",
    "os.write(terminal, typed)",
    "try:",
    "    while os.read(terminal, 4096): pass",
    "except OSError: pass",
    "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))",
  ];
  const args = ["-c", driver.join("\n"), typed, process.execPath, program, "pkg", ...words];
  const child = spawn("python3", args, {
    cwd: path.join(root, "words"),
    env: { PATH: process.env["PATH"], HOME: path.join(root, "home") },
  });
  await once(child, "close");
  return child.exitCode;
}

test("at a terminal the word has to be typed; Ctrl-C and the end of the input are none", async () => {
  await publish("d/words", "1.0.0");
  const name = `${served.host}/d/words`;
  for (const typed of ["no\n", "\u0003", "\u0004"]) {
    expect(await atTerminal(typed, "delete", `${name}:1.0.0`)).toBe(1);
  }
  expect(await atTerminal("yes\n", "delete", name, "--all")).toBe(1);
  expect((await slipway("pull", `${name}:1.0.0`)).code).toBe(0);
  expect(await atTerminal("DELETE ALL\n", "delete", name, "--all")).toBe(0);
  expect((await slipway("pull", `${name}:1.0.0`)).code).toBe(1);
});

test("a package is pushed, locked, told to be outdated, updated, explained and removed", async () => {
  const name = `${served.host}/b/words`;
  expect((await publish("b/words", "1.0.0")).code).toBe(0);
  expect((await slipway("add", `${name}:1.0.0`)).code).toBe(0);
  expect((await slipway("outdated")).stdout).toContain("as their registries have them");
  await publish("b/words", "1.1.0");
  expect((await slipway("outdated")).stdout).toMatch(/^words +1\.0\.0 +1\.1\.0 +1\.1\.0$/m);
  expect((await slipway("update")).stdout).toMatch(/words +1\.0\.0 → 1\.1\.0 \([0-9a-f]{12} → /);
  const why = await slipway("why", "words");
  expect(why.stdout).toMatch(new RegExp(`^words 1.1.0\n +source +${name}:1.1.0\n`));
  expect(why.stdout).toMatch(/^ +link +\S+ +missing$/m);
  expect((await slipway("install")).code).toBe(0);
  const installed = await slipway("why", ".aigogo/imports/aigogo/words/words.py");
  expect(installed.stdout).toMatch(/^words 1\.1\.0\n(?: .*\n)* +link +\S+$/m);
  const slip = await slipway("rm", "wrods");
  expect([slip.code, slip.stderr]).toEqual([1, expect.stringMatching(/did you mean +words/)]);
  expect((await slipway("rm", "words")).code).toBe(0);
  const lock = await readFile(path.join(root, "words/aigogo.lock"), "utf8");
  expect(JSON.parse(lock)).toEqual({ version: 1, packages: {} });
});

test("a push says what aigg says, and one that has nothing to send says so", async () => {
  const first = await publish("e/words", "1.0.0");
  expect(first.stdout).toContain(`✓ Successfully pushed ${served.host}/e/words:1.0.0\n`);
  const again = await publish("e/words", "1.0.0");
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringMatching(/^= \S+ is in the registry/),
  ]);
});

test("a tag that names other content is moved by --force alone, and two sources are none", async () => {
  await publish("c/words", "1.0.0");
  await writeFile(path.join(root, "words/words.py"), "other = 1\n");
  const name = `${served.host}/c/words:1.0.0`;
  const refused = await slipway("push", name);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--force")]);
  expect((await slipway("push", name, "--force")).stdout).toContain(
    "the version had other content",
  );
  expect((await slipway("push", name, ".", "--from", "words:1.0.0")).code).toBe(2);
  const pulled = await slipway("pull", name, "--json");
  expect(JSON.parse(pulled.stdout)).toMatchObject({ schema: 1, state: "done", cause: "pulled" });
});

test("a package has one digest, whatever folder, clock, rights, language and order it is pushed from", async () => {
  const files = {
    "aigogo.json": JSON.stringify({
      name: "words",
      version: "1.0.0",
      language: { name: "python" },
      files: { include: ["**/*.py"] },
    }),
    "b.py": "b = 1\n",
    "a/é.py": "a = 1\n",
  };
  const write = async (folder: string, names: readonly (keyof typeof files)[], mode: number) => {
    for (const name of names) {
      const file = path.join(root, folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, files[name], { mode });
      await utimes(file, mode, mode);
    }
  };
  /** The digest of the image manifest, which names the layer's. */
  const digestOf = async (shell: string, environment: Readonly<Record<string, string>>) => {
    const env = { PATH: process.env["PATH"], HOME: path.join(root, "home"), ...environment };
    const words = `"${process.execPath}" "${program}" pkg`;
    const child = spawn("sh", ["-ec", shell.replaceAll("slipway pkg", words)], { cwd: root, env });
    const said: unknown = JSON.parse(await text(child.stdout));
    return z.object({ facts: z.object({ digest: z.string() }) }).parse(said).facts.digest;
  };
  await write("one", ["aigogo.json", "b.py", "a/é.py"], 0o644);
  await write("some/where/else", ["a/é.py", "b.py", "aigogo.json"], 0o755);
  const to = `${served.host}/same`;
  const first = await digestOf(`umask 022; slipway pkg push ${to}/one:1 one --json`, {});
  const second = await digestOf(
    `umask 077; cd some/where/else; slipway pkg push ${to}/two:1 --json`,
    { TZ: "Asia/Kathmandu", LC_ALL: "C", HOME: path.join(root, "other-home") },
  );
  const built = await digestOf(
    `cd one; slipway pkg build words:1 >&2; slipway pkg push ${to}/three:1 --from words:1 --json`,
    { LC_ALL: "C.UTF-8" },
  );
  expect([second, built]).toEqual([first, first]);
});
