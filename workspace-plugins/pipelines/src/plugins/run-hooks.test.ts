import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import { isRunning } from "@slipway/signature/process-group";
import { expect, test } from "vitest";
import { runHook } from "./run-hooks.ts";
import { startPlugins } from "./start-plugins.ts";

const script = path.join(import.meta.dirname, "../../test/named-plugin.ts");
const patient = { limitMs: 20_000 };

function start(name: string, mode: string, called = name) {
  const program = {
    name,
    file: process.execPath,
    args: [script, called, mode],
    folder: import.meta.dirname,
  };
  return { program, told: { granted: [] } };
}

async function detectWith(
  modes: Readonly<Record<string, string>>,
  limits: { limitMs: number; signal?: AbortSignal } = patient,
) {
  const starts = Object.entries(modes).map(([name, mode]) => start(name, mode));
  const started = await startPlugins(starts, patient);
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  await using all = started.value;
  const root = mkdtempSync(path.join(tmpdir(), "hooks-"));
  const { answers, failures } = await runHook(
    all.plugins,
    Service.method.detect,
    () => ({ repository: { root } }),
    limits,
  );
  return {
    answers: answers.map(({ plugin, answer }) => [plugin, ...answer.signals]),
    failures: failures.map(({ plugin, reason }) => [plugin, reason]),
  };
}

test("plugins are asked at once, and their answers come by name whoever is first", async () => {
  const modes = { "lang/b": "first", "lang/a": "after-first", "lang/c": "after-first" };
  expect(await detectWith(modes)).toEqual({
    answers: [
      ["lang/a", "lang/a"],
      ["lang/b", "lang/b"],
      ["lang/c", "lang/c"],
    ],
    failures: [],
  });
});

test("a plugin that fails takes no other's answer with it, and each failure is told", async () => {
  const modes = { "lang/c": "throws", "lang/b": "first", "lang/a": "throws" };
  expect(await detectWith(modes)).toEqual({
    answers: [["lang/b", "lang/b"]],
    failures: [
      ["lang/a", "plugin-call-failed"],
      ["lang/c", "plugin-call-failed"],
    ],
  });
});

test("a plugin that does not name a hook is not asked", async () => {
  expect(await detectWith({ "lang/a": "has-no-hook", "lang/b": "first" })).toEqual({
    answers: [["lang/b", "lang/b"]],
    failures: [],
  });
});

test("a hook has its limit and its signal", async () => {
  const modes = { "lang/a": "never" };
  expect(await detectWith(modes, { limitMs: 200 })).toEqual({
    answers: [],
    failures: [["lang/a", "plugin-late"]],
  });
  expect(await detectWith(modes, { ...patient, signal: AbortSignal.abort() })).toEqual({
    answers: [],
    failures: [["lang/a", "plugin-call-stopped"]],
  });
});

test("where one plugin cannot be had, all are told of and none is left", async () => {
  const gone = { name: "lang/gone", file: "/nowhere", args: [], folder: "/" };
  const spawned = start("lang/a", "first");
  const started = await startPlugins(
    [spawned, { program: gone, told: { granted: [] } }, start("lang/b", "first", "lang/other")],
    patient,
  );
  expect(started).toEqual({
    ok: false,
    failure: [
      {
        reason: "plugin-not-started",
        plugin: "lang/gone",
        program: "/nowhere",
        detail: "spawn /nowhere ENOENT",
        log: [],
      },
      { reason: "plugin-name-other", plugin: "lang/b", name: "lang/other", log: [] },
    ],
  });
});

test("a set of plugins ends as one", async () => {
  const code = `console.error(process.pid); process.stdin.resume()`;
  const program = { name: "lang/a", file: process.execPath, args: ["-e", code], folder: "/" };
  const started = await startPlugins([{ program, told: { granted: [] } }], { limitMs: 3000 });
  if (started.ok) throw new Error("it cannot have answered");
  const [failure] = started.failure;
  expect(failure?.reason).toBe("plugin-late");
  expect(isRunning(Number(failure?.log[0]))).toBe(false);
});
