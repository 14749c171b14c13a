import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { bundleProcess } from "./bundle-process.ts";
import { readManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { readBundle, readReceipt } from "../receipt.ts";

type Files = Readonly<Record<string, string>>;

const definition = (process: string): string =>
  `name: x\nprocesses:\n  main: ${process}\ntargets: { local: { mode: legacy, network: local } }\n`;

async function withProject<Value>(
  files: Files,
  use: (workspaceRoot: string) => Promise<Value>,
): Promise<Value> {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-bundle-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      const at = path.join(workspaceRoot, "p", file);
      await mkdir(path.dirname(at), { recursive: true });
      await writeFile(at, text);
    }
    return await use(workspaceRoot);
  } finally {
    await rm(workspaceRoot, { recursive: true });
  }
}

async function manifestFor(files: Files, process = "{ source: src/main.lua }"): Promise<Manifest> {
  return withProject({ "ao.yml": definition(process), ...files }, async (workspaceRoot) => {
    const bundled = await bundleProcess({ workspaceRoot, projectRoot: "p" });
    if (!bundled.ok) throw new Error(JSON.stringify(bundled.failure));
    const manifest = await readManifest(workspaceRoot, "p", "main");
    if (!manifest.ok) throw new Error(JSON.stringify(manifest.failure));
    return manifest.value;
  });
}

const at = (line: number, column: number, file = "src/main.lua") => ({ file, line, column });

test("a manifest says how and where each handler is added", async () => {
  const { handlers } = await manifestFor({
    "src/main.lua": [
      'require("more")',
      'Handlers.add("Info", f, g)',
      '  Handlers.once("First", f, g)',
      "Handlers.once(f, g)",
      'Handlers.before("Info").add("Guard", f, g)',
      'Handlers.after("Info").add("Log", f, g)',
      'local function remove() Handlers.remove("Old") end',
    ].join("\n"),
    "src/more.lua": 'Handlers.append("Info", f, g)',
  });
  expect(handlers).toEqual([
    { name: "First", how: "once", at: at(3, 3) },
    { name: "Guard", how: "before", at: at(5, 1) },
    { name: "Info", how: "add", at: at(2, 1) },
    { name: "Info", how: "append", at: at(1, 1, "src/more.lua") },
    { name: "Log", how: "after", at: at(6, 1) },
  ]);
});

test("globals that are assigned are told from locals, and at once from only when called", async () => {
  const { globals } = await manifestFor({
    "src/main.lua": [
      "local a, b = 1",
      "a = 2; Skills = Skills or {}",
      "local function f(p) p = 1; Late = 1; Skills = {} end",
      "function Tool.g() end",
      "function Named() end",
      "for i = 1, 2 do i = 3 end",
      "_G.Field = 1; _G['Other'] = 2; rawset(_G, 'Raw', 3)",
    ].join("\n"),
  });
  expect(globals.map(({ name, lazily }) => [name, lazily])).toEqual([
    ["Field", false],
    ["Late", true],
    ["Named", false],
    ["Other", false],
    ["Raw", false],
    ["Skills", false],
  ]);
});

async function doubtsIn(source: string, process?: string, files: Files = {}): Promise<unknown> {
  const { doubts } = await manifestFor({ "src/main.lua": source, ...files }, process);
  return doubts.map(({ kind, about, at: { line, column } }) => [kind, about, line, column]);
}

test("a name that nobody assigns and aos does not have is doubted, once, where it is first read", async () => {
  expect(
    await doubtsIn(
      "Skills = {}\nprint(Skils, Skils)\nao.send({})\nlocal x = x\nfor i = i, 2 do end",
    ),
  ).toEqual([
    ["global-unknown", "Skils", 2, 7],
    ["global-unknown", "x", 4, 11],
    ["global-unknown", "i", 5, 9],
  ]);
  expect(await doubtsIn("local x = unpack({})")).toEqual([
    ["global-of-other-lua", "unpack: table.unpack", 1, 11],
  ]);
});

test("what the definition names, or code can have set by a computed name, is not doubted", async () => {
  const named = "{ source: src/main.lua, state: [Kept], bundle: { globals: [sqlite] } }";
  expect(await doubtsIn("print(Kept, sqlite)", named)).toEqual([]);
  expect(await doubtsIn("for k, v in pairs({}) do _G[k] = v end print(Anything)")).toEqual([]);
  expect(await doubtsIn("local _ENV = {} print(Anything)")).toEqual([]);
});

test("what a bundler cannot know is doubted where it stands", async () => {
  expect(
    await doubtsIn(
      'local n = "a"\nrequire(n)\nlocal r = require\nHandlers.add(n, f, g)\npcall(require, "gone")',
      "{ source: src/main.lua, bundle: { globals: [f, g] } }",
    ),
  ).toEqual([
    ["require-computed", "", 2, 1],
    ["require-computed", "", 3, 11],
    ["handler-computed", "", 4, 1],
    ["module-absent", "gone", 5, 16],
  ]);
});

test("one file by two names, files that differ by case, and a late circle are doubted", async () => {
  expect(
    await doubtsIn('require("lib.a") require("lib/a") require("b") require("B")', undefined, {
      "lib/a.lua": 'return function() require("lib.a") end',
      "b.lua": "",
      "B.lua": "",
    }),
  ).toEqual([
    ["module-case", "B.lua", 1, 1],
    ["module-twice", "lib.a, lib/a", 1, 1],
    ["module-circle", "lib/a.lua -> lib/a.lua", 1, 27],
  ]);
});

test("equal sources leave equal bytes and an equal manifest in another folder, with line ends of another machine", async () => {
  const files = { "src/main.lua": 'require("a")\nx = 1\n', "src/a.lua": "return 1\n" };
  const here = await manifestFor(files);
  const there = await manifestFor({
    "src/a.lua": "return 1\r\n",
    "src/main.lua": 'require("a")\r\nx = 1\r\n',
  });
  expect(there).toEqual(here);
  expect(JSON.stringify(here)).not.toContain(os.tmpdir());
});

test("each process has its own folders, form and limit", async () => {
  const text = `name: x
processes:
  one: { source: a/main.lua, modules: [v1], bundle: { minify: true } }
  two: { source: a/main.lua, modules: [v2] }
targets: { local: { mode: legacy, network: local } }
`;
  const main = 'local longName = require("m")\nreturn longName';
  const files = { "a/main.lua": main, "v1/m.lua": "return 1", "v2/m.lua": "return 2" };
  await withProject({ "ao.yml": text, ...files }, async (workspaceRoot) => {
    expect(await bundleProcess({ workspaceRoot, projectRoot: "p" })).toMatchObject({ ok: true });
    const receipt = await readReceipt(workspaceRoot, "p");
    if (!receipt.ok) throw new Error(receipt.failure.reason);
    const { one, two } = receipt.value.processes;
    if (one === undefined || two === undefined) throw new Error("not bundled");
    const first = await readBundle(workspaceRoot, "p", "one", one);
    expect(first.ok && first.value).toContain('local a=require("m")return a');
    const second = await readBundle(workspaceRoot, "p", "two", two);
    expect(second.ok && second.value).toContain("return 2");
  });
});

test("a bundle above its limit names its largest files, and leaves nothing", async () => {
  const process = "{ source: src/main.lua, bundle: { max_bytes: 100 } }";
  const files = { "src/main.lua": `require("a") -- ${"x".repeat(60)}`, "src/a.lua": "return 1" };
  await withProject({ "ao.yml": definition(process), ...files }, async (workspaceRoot) => {
    expect(await bundleProcess({ workspaceRoot, projectRoot: "p" })).toMatchObject({
      failure: {
        reason: "bundle-too-large",
        process: "main",
        limitBytes: 100,
        largest: [{ file: "p/src/main.lua" }, { file: "p/src/a.lua" }],
      },
    });
    expect(await readReceipt(workspaceRoot, "p")).toMatchObject({ ok: false });
  });
});

test("links lead anywhere in the project and nowhere else; a name has the case of its file", async () => {
  const files = { "ao.yml": definition("{ source: src/main.lua }"), "lib/a.lua": "return 1" };
  await withProject(files, async (workspaceRoot) => {
    const project = path.join(workspaceRoot, "p");
    await mkdir(path.join(project, "src"));
    await writeFile(path.join(workspaceRoot, "secret.lua"), "return 2");
    await symlink("../lib/a.lua", path.join(project, "src/inside.lua"));
    await symlink("../../secret.lua", path.join(project, "src/outside.lua"));
    const bundled = async (main: string) => {
      await writeFile(path.join(project, "src/main.lua"), main);
      return bundleProcess({ workspaceRoot, projectRoot: "p" });
    };
    expect(await bundled('require("inside")')).toMatchObject({ ok: true });
    expect(await bundled('require("outside")')).toMatchObject({
      failure: { reason: "lua-module-outside" },
    });
    expect(await bundled('require("lib.A")')).toMatchObject({
      failure: { reason: "lua-module-missing", otherCase: "p/lib/a.lua" },
    });
    const code = await readFile(path.join(project, "dist/ao-bundle/main/bundle.lua"), "utf8");
    expect(code).not.toContain("return 2");
  });
});
