import path from "node:path";
import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import { isRunning } from "@slipway/signature/process-group";
import { expect, test, vi } from "vitest";
import { shakeHands } from "./handshake.ts";
import { startPlugin } from "./plugin-process.ts";
import type { Plugin } from "./plugin-process.ts";

const script = path.join(import.meta.dirname, "../../test/misbehaving-plugin.ts");

function start(mode: string): Plugin {
  const args = [script, mode];
  return startPlugin({ name: mode, file: process.execPath, args, folder: import.meta.dirname });
}

const patient = { limitMs: 20_000 };

async function failureOf(mode: string, limits: { limitMs: number; signal?: AbortSignal }) {
  await using plugin = start(mode);
  const info = await shakeHands(plugin, patient);
  if (!info.ok) return info.failure;
  const answer = await plugin.call(Service.method.detect, {}, limits);
  return answer.ok ? undefined : answer.failure;
}

async function check(mode: string, expected: Readonly<Record<string, unknown>>): Promise<void> {
  expect(await failureOf(mode, patient)).toEqual({ plugin: mode, log: [], ...expected });
}

test("a silent plugin is late", async () => {
  await using plugin = start("silent");
  expect(await shakeHands(plugin, { limitMs: 200 })).toEqual({
    ok: false,
    failure: {
      reason: "plugin-late",
      plugin: "silent",
      during: "Handshake",
      limitMs: 200,
      log: [],
    },
  });
});

test("a plugin with more arguments than the system takes is not started", async () => {
  const file = process.execPath;
  const args = ["x".repeat(4_000_000)];
  await using plugin = startPlugin({ name: "long", file, args, folder: import.meta.dirname });
  expect(await shakeHands(plugin, patient)).toEqual({
    ok: false,
    failure: {
      reason: "plugin-not-started",
      plugin: "long",
      program: file,
      detail: "spawn E2BIG",
      log: [],
    },
  });
});

test("a hook that never answers is late, and one that is stopped says so", async () => {
  const plugin = "never-answers";
  expect(await failureOf(plugin, { limitMs: 200 })).toEqual({
    reason: "plugin-late",
    plugin,
    during: "Detect",
    limitMs: 200,
    log: [],
  });
  const signal = AbortSignal.abort();
  expect(await failureOf(plugin, { ...patient, signal })).toEqual({
    reason: "plugin-call-stopped",
    plugin,
    during: "Detect",
    log: [],
  });
});

test("what a plugin writes to standard output is told, before its first answer and after", async () => {
  const reason = "plugin-output-stray";
  await check("text-before", { reason, during: "Handshake", text: "starting up" });
  await check("text-after", { reason, during: "Detect", text: "hello from a library" });
});

test("a plugin that ends is told with its code or signal and the last of its log", async () => {
  const reason = "plugin-ended";
  await check("gives-up-at-once", {
    reason,
    during: "Handshake",
    code: 7,
    log: ["there is no licence"],
  });
  await check("gives-up-in-call", { reason, during: "Detect", code: 3, log: ["the disk is full"] });
  await check("leaves-a-process-and-ends", { reason, during: "Detect", code: 4 });
  await check("is-killed", { reason, during: "Detect", signal: "SIGKILL" });
});

test("what a hook throws is told with its message", async () => {
  expect(await failureOf("throws", patient)).toMatchObject({
    reason: "plugin-call-failed",
    plugin: "throws",
    during: "Detect",
    status: 13,
    message: "no Gemfile at 50% of the folders",
  });
});

test("an answer that is none is told: too large, cut off, no message, no HTTP/2", async () => {
  await check("huge", {
    reason: "plugin-message-too-large",
    during: "Handshake",
    what: "answer",
    sizeBytes: 4_294_967_295,
    limitBytes: 67_108_864,
  });
  const broken = { reason: "plugin-answer-broken", during: "Handshake" };
  await check("cut-off", { ...broken, detail: "it ended without a status" });
  await check("no-message", { ...broken, detail: "premature EOF" });
  await check("garbage", { ...broken, detail: "Protocol error" });
});

test("a plugin that speaks another protocol, or has names that none can have, is refused", async () => {
  await check("other-protocol", {
    reason: "plugin-protocol-unknown",
    ours: [1, 1],
    theirs: [0, 0],
  });
  await check("odd-names", {
    reason: "plugin-info-invalid",
    problems: [
      'its name "Odd" is not kind/name',
      "it has no version",
      'its capability "odd" is not kind:name',
    ],
  });
});

test("a program that is not there is told with the reason", async () => {
  const program = { name: "gone", file: "/nowhere/plugin", args: [], folder: "/" };
  await using plugin = startPlugin(program);
  expect(await shakeHands(plugin, patient)).toEqual({
    ok: false,
    failure: {
      reason: "plugin-not-started",
      plugin: "gone",
      program: "/nowhere/plugin",
      detail: "spawn /nowhere/plugin ENOENT",
      log: [],
    },
  });
});

test("a plugin that ignores the end of its input and SIGTERM is killed", async () => {
  const plugin = start("ignores-sigterm");
  await vi.waitFor(() => expect(plugin.log()).toEqual(["I stay"]), { timeout: 20_000 });
  await plugin[Symbol.asyncDispose]();
  expect(await plugin.finish()).toEqual({ signal: "SIGKILL" });
});

test("what a plugin has started ends with it", async () => {
  const plugin = start("leaves-a-process");
  const answer = await plugin.call(Service.method.detect, {}, patient);
  if (!answer.ok) throw new Error(answer.failure.reason);
  const pid = Number(answer.value.facts["pid"]);
  expect(isRunning(pid)).toBe(true);
  await plugin[Symbol.asyncDispose]();
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
});

test("a plugin sees of the environment what is on the list, and its cookie", async () => {
  vi.stubEnv("SLIPWAY_TEST_TOKEN", "secret");
  await using plugin = start("environment");
  const answer = await plugin.call(Service.method.detect, {}, patient);
  vi.unstubAllEnvs();
  const seen = answer.ok ? answer.value.signals : [];
  const listed = [
    "LANG",
    "LC_ALL",
    "NODE_COMPILE_CACHE",
    "PATH",
    "SLIPWAY_PLUGIN_COOKIE",
    "TMPDIR",
    "TZ",
  ];
  expect(seen).toContain("SLIPWAY_PLUGIN_COOKIE");
  expect(seen.filter((name) => !listed.includes(name))).toEqual([]);
});

test("many plugins wait for the end of this process with one listener, and none when they have ended", async () => {
  const before = process.listenerCount("exit");
  const program = { name: "gone", file: "/nowhere/plugin", args: [], folder: "/" };
  const plugins = Array.from({ length: 20 }, () => startPlugin(program));
  expect(process.listenerCount("exit")).toBe(before + 1);
  await Promise.all(plugins.map(async (plugin) => plugin[Symbol.asyncDispose]()));
  expect(process.listenerCount("exit")).toBe(before);
});
