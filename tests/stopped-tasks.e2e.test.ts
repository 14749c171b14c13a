import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CachesRig } from "./caches/rig.ts";
import type { RunningGroup } from "./running-group.ts";

/** Leaves half of its output, tells which Nx runs it, and takes its time to stop: until it is let go. */
const hold = [
  "mkdir -p dist; echo half >dist/half",
  "trap 'trap \"\" TERM; touch dist/stopping; read _ <release; exit 1' TERM",
  'echo "held by $PPID of $(cut -d" " -f4 "/proc/$PPID/stat") ."',
  "sleep 1000 & wait",
].join("\n");

let rig: CachesRig;
let release: FileHandle;

beforeEach(async () => {
  const target = {
    executor: "@slipway/executors:command",
    options: { command: hold },
    outputs: ["{projectRoot}/dist"],
  };
  const project = { name: "held", tags: ["slipway"], targets: { hold: target } };
  rig = CachesRig.setup({ "held/project.json": JSON.stringify(project) });
  rig.pipe("held/release");
  // Opened for both, it waits for no reader, and keeps what is written for one that comes.
  release = await open(rig.at("held/release"), "r+");
});
afterEach(async () => {
  await release.close();
  await rig[Symbol.asyncDispose]();
});

const line = { program: "@slipway/cli/slipway.cjs", words: ["run", "--targets=hold"] };
const alone = { program: "nx/dist/bin/nx.js", words: ["run", "held:hold", "--outputStyle=stream"] };

async function startHeld({ program, words }: typeof line): Promise<RunningGroup> {
  const running = rig.start(program, words);
  await running.until(" .");
  expect(rig.exists("held/dist/half")).toBe(true);
  return running;
}

/** The process of the task, and the Nx that has started it. */
async function holders(running: RunningGroup): Promise<readonly number[]> {
  const [, task, nx] = /held by (\d+) of (\d+)/.exec(await running.until(" .")) ?? [];
  return [Number(task), Number(nx)];
}

async function letGo(): Promise<void> {
  await release.write("go\n");
}

test.each([
  { ...line, signal: "SIGINT" },
  { ...line, signal: "SIGTERM" },
  { ...line, signal: "SIGHUP" },
  { ...alone, signal: "SIGINT" },
  { ...alone, signal: "SIGTERM" },
  { ...alone, signal: "SIGHUP" },
] as const)("$words.0 ends by $signal, said twice, when its tasks have", async (command) => {
  const running = await startHeld(command);
  running.signal(command.signal);
  await expect.poll(() => rig.exists("held/dist/stopping"), { timeout: 60_000 }).toBe(true);
  running.signal(command.signal);
  expect(await Promise.race([running.ended, Promise.resolve("still running")])).toBe(
    "still running",
  );
  expect(rig.exists("held/dist/half")).toBe(true);
  await letGo();
  const { code } = await running.ended;
  expect(code).not.toBe(0);
  expect(rig.exists("held/dist")).toBe(false);
});

test("a run whose Nx dies ends when the tasks of it have stopped", async () => {
  const running = await startHeld(line);
  const [, nx = 0] = await holders(running);
  process.kill(nx, "SIGKILL");
  await running.until("waiting for held:hold");
  await letGo();
  const { code } = await running.ended;
  expect(code).not.toBe(0);
  expect(rig.exists("held/dist")).toBe(false);
});

test("a task whose Nx dies stops by itself", async () => {
  const running = await startHeld(alone);
  const [, nx = 0] = await holders(running);
  process.kill(nx, "SIGKILL");
  await running.ended;
  await letGo();
  await expect.poll(() => rig.exists("held/dist"), { timeout: 60_000 }).toBe(false);
});
