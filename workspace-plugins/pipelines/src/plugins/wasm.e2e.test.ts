import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import { ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { buildWasmPlugin } from "../../test/language-plugins.ts";
import { testConformance } from "./conformance.ts";
import { openPlugins } from "./open-plugins.ts";
import { startPlugin } from "./plugin-process.ts";
import { launchOf } from "./program.ts";
import { runHook } from "./run-hooks.ts";

const limits = { limitMs: 60_000 };

async function programIn(folder: string) {
  return { name: "lang/wasm-greeter", folder, ...launchOf(await buildWasmPlugin()) };
}

/** Without a sandbox around it: what is refused here the runner refuses. */
async function tryAll(tries: readonly string[], limitMs = limits.limitMs) {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "wasm-")));
  writeFileSync(path.join(root, "tries"), tries.join("\n"));
  writeFileSync(path.join(root, ".env"), "TOKEN=1");
  mkdirSync(path.join(root, "src"));
  writeFileSync(path.join(root, "src/app.rb"), "puts 1");
  writeFileSync(path.join(root, "src/hidden"), "2");
  symlinkSync("hidden", path.join(root, "src/link"));
  symlinkSync(".", path.join(root, "link"));
  symlinkSync("/etc/passwd", path.join(root, "passwd"));
  const files = ["tries", "src/app.rb", "src/link", "passwd", "link/src/app.rb", "../outside"].map(
    (each) => ({
      path: each,
    }),
  );
  await using plugin = startPlugin(await programIn(root));
  const detect = async (limit: number) =>
    plugin.call(Service.method.detect, { repository: { root: ".", files } }, { limitMs: limit });
  const first = await detect(limitMs);
  writeFileSync(path.join(root, "tries"), "");
  const then = await detect(limits.limitMs);
  return {
    answer: first.ok ? first.value.facts : first.failure,
    goesOn: then.ok,
    files: () => readFileSync(path.join(root, "src/app.rb"), "utf8"),
  };
}

test("a plugin in WebAssembly conforms", async () => {
  const found = await testConformance(await programIn(tmpdir()), limits);
  expect({ ...found, checks: found.checks.filter((each) => Object.keys(each).length > 1) }).toEqual(
    {
      plugin: "lang/wasm-greeter",
      version: "1.0.0",
      checks: [],
    },
  );
});

test("it reads the files that the request names, and nothing else of the machine", async () => {
  const expected = {
    "read:src/app.rb": "puts 1",
    "read:/src/app.rb": "puts 1",
    "read:src/../src/app.rb": "puts 1",
    "list:src": "true",
    "read:.env": "No such file or directory",
    "read:src/hidden": "No such file or directory",
    "read:src/link": "Too many symbolic links",
    "read:link/src/app.rb": "Too many symbolic links",
    "read:passwd": "Too many symbolic links",
    "read:/etc/passwd": "No such file or directory",
    "read:../outside": "No such file or directory",
    "write:src/app.rb": "Read-only file system",
    "append:src/app.rb": "Read-only file system",
    "write:new": "No such file or directory",
    "remove:src/app.rb": "Read-only file system",
    "dial:127.0.0.1:80": "refused",
    "environment:": "PWD=/ SLIPWAY_SETTINGS=",
  };
  const { answer, files } = await tryAll(Object.keys(expected));
  expect(answer).toEqual(expected);
  expect(files()).toBe("puts 1");
});

test("a call that never ends is ended at its limit, and the plugin goes on", async () => {
  const { answer, goesOn } = await tryAll(["loop:"], 2000);
  expect(answer).toMatchObject({ reason: "plugin-late", during: "Detect", limitMs: 2000 });
  expect(goesOn).toBe(true);
});

test("memory, the size of the answer and what it says of its failure have their limits", async () => {
  const check = async (what: string, expected: Readonly<Record<string, unknown>>) => {
    const { answer, goesOn } = await tryAll([what]);
    expect(answer).toMatchObject({ reason: "plugin-call-failed", status: 13, ...expected });
    expect(goesOn).toBe(true);
  };
  await check("fail:Gemfile", { message: "there is no Gemfile" });
  await check("output:", { message: "write /dev/stdout: File too large" });
  await check("memory:512", {});
  expect(await tryAll(["memory:64"])).toMatchObject({ answer: { "memory:64": "64 MiB" } });
});

test("a file that is no WebAssembly says so", async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "wasm-")), "plugin.wasm");
  writeFileSync(file, "no");
  const program = { name: "lang/none", folder: tmpdir(), ...launchOf(file) };
  const { checks } = await testConformance(program, limits);
  expect(checks.map(({ failure }) => [failure?.reason, failure?.log.join("\n")])).toEqual([
    ["plugin-ended", `${file}: WebAssembly.compile(): expected 4 bytes, fell off end @+0`],
  ]);
});

test("it runs in bubblewrap as every plugin does", async () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "wasm-")));
  const folder = path.join(root, ".slipway/plugins/lang/wasm-greeter");
  mkdirSync(folder, { recursive: true });
  copyFileSync(await buildWasmPlugin(), path.join(folder, "plugin.wasm"));
  const manifest = `[module]\nname = "lang/wasm-greeter"\nversion = "1.0.0"\n[run]\nprogram = "./plugin.wasm"\n`;
  writeFileSync(path.join(folder, "module.toml"), manifest);
  const tries = "environment:";
  writeFileSync(path.join(root, "tries"), tries);
  const opened = await openPlugins(
    {
      needed: [],
      sources: { configured: {}, locked: new Map(), searchPath: "", standard: new Map() },
      files: {
        folder: root,
        files: [{ kind: "file", path: "tries", isExecutable: false, sizeBytes: tries.length }],
      },
      settings: new Map([["lang/wasm-greeter", '{"a":1}']]),
      granted: new Map(),
      verify: async () => ok(undefined),
    },
    { ...limits, signal: new AbortController().signal },
  );
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  await using all = opened.value;
  expect(all.sandbox).toEqual({ state: "enforced" });
  const repository = { root: ".", files: [{ path: "tries" }] };
  const { answers } = await runHook(
    all.plugins,
    Service.method.detect,
    () => ({ repository }),
    limits,
  );
  expect(answers.map(({ answer }) => answer.facts)).toEqual([
    { [tries]: 'PWD=/ SLIPWAY_SETTINGS={"a":1}' },
  ]);
});
