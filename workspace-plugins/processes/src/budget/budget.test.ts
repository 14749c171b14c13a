import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { openUnits } from "../network/units.ts";
import { openBudget } from "./budget.ts";
import { paceOf } from "./pace.ts";

const cu = "http://127.0.0.1:40002";

async function openRig({ limitMs = 0 }: { readonly limitMs?: number } = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-budget-"));
  const stopping = new AbortController();
  const waited: string[] = [];
  /** As another process opens it: nothing is shared but the folder. */
  const budget = (now?: number) =>
    openBudget(folder, {
      ...(now === undefined ? {} : { now: () => now }),
      signal: stopping.signal,
      progress: (line) => waited.push(line),
      limitMs,
    });
  return {
    folder,
    waited,
    stopping,
    budget,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test("all who ask one unit share its turns, and another unit has its own", async () => {
  await using rig = await openRig();
  const asked: boolean[] = [];
  for (let at = 0; at < 4; at += 1) asked.push((await rig.budget().take("cu.test", 3)).ok);
  expect(asked).toEqual([true, true, true, false]);
  expect((await rig.budget().take("other.test", 3)).ok).toBe(true);
});

test("a turn that would come too late is told at once, with the time until it", async () => {
  await using rig = await openRig({ limitMs: 1000 });
  await rig.budget().take("cu.test", 1);
  const late = await rig.budget().take("cu.test", 1);
  const spent = late.ok || late.failure === "stopped" ? undefined : late.failure;
  expect(spent?.limitMs).toBe(1000);
  expect(spent?.turnInMs).toBeGreaterThan(50_000);
});

test("whoever was refused closes the unit for all, and they go on when its time is over", async () => {
  await using rig = await openRig({ limitMs: 60_000 });
  rig.budget().refused("cu.test", 1200);
  const before = Date.now();
  expect(await rig.budget().take("cu.test", undefined)).toMatchObject({ ok: true });
  expect(Date.now() - before).toBeGreaterThanOrEqual(1200);
  expect(rig.waited).toEqual(["cu.test: waiting 2 s (it asked for that)"]);
});

test("a unit that asked for ten minutes is left alone until they are over", async () => {
  await using rig = await openRig();
  const start = Date.now();
  const at = (minutes: number) => start + minutes * 60_000;
  rig.budget(at(0)).refused("cu.test", 600_000);
  const turns: unknown[] = [];
  for (const minutes of [3, 9, 10]) {
    turns.push(await rig.budget(at(minutes)).take("cu.test", undefined));
  }
  const later = (turnInMs: number) => ({ ok: false, failure: { turnInMs, limitMs: 0 } });
  expect(turns).toEqual([later(420_000), later(60_000), { ok: true, value: undefined }]);
});

test("with a file that cannot be used a run keeps to the limits by itself, and says so once", async () => {
  await using rig = await openRig();
  const file = path.join(rig.folder, "budget.sqlite");
  await writeFile(file, "this is no database, and long enough to be read as one".repeat(20));
  const budget = rig.budget();
  const asked: boolean[] = [];
  for (let at = 0; at < 3; at += 1) asked.push((await budget.take("cu.test", 2)).ok);
  budget.refused("other.test", 600_000);
  asked.push((await budget.take("other.test", undefined)).ok);
  expect(asked).toEqual([true, true, false, false]);
  expect(rig.waited).toEqual([
    `${file}: file is not a database; what other runs ask of units is not counted`,
  ]);
});

test("a folder that cannot be made is as a file that cannot be used", async () => {
  await using rig = await openRig();
  const file = path.join(rig.folder, "file");
  await writeFile(file, "");
  const said: string[] = [];
  const { signal } = rig.stopping;
  const budget = openBudget(path.join(file, "below"), {
    signal,
    progress: (line) => said.push(line),
    limitMs: 0,
  });
  expect((await budget.take("cu.test", 1)).ok).toBe(true);
  expect((await budget.take("cu.test", 1)).ok).toBe(false);
  expect(said).toHaveLength(1);
});

test("a wait ends with the run", async () => {
  await using rig = await openRig({ limitMs: 600_000 });
  await rig.budget().take("cu.test", 1);
  const waiting = rig.budget().take("cu.test", 1);
  rig.stopping.abort();
  expect(await waiting).toEqual({ ok: false, failure: "stopped" });
});

test("processes that start together hold one limit", async () => {
  await using rig = await openRig();
  const code = `
    import { openBudget } from ${JSON.stringify(path.join(import.meta.dirname, "budget.ts"))};
    const signal = new AbortController().signal;
    const budget = openBudget(process.argv[1], { signal, progress: () => {}, limitMs: 0 });
    let taken = 0;
    for (let at = 0; at < 5; at += 1) if ((await budget.take("cu.test", 6)).ok) taken += 1;
    console.log(taken);
  `;
  const run = async (): Promise<number> => {
    const args = ["--input-type=module", "--eval", code, rig.folder];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const chunks: string[] = [];
    child.stdout.on("data", (chunk) => chunks.push(String(chunk)));
    await once(child, "close");
    return Number(chunks.join(""));
  };
  const taken = await Promise.all([run(), run(), run()]);
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(6);
});

const good = () => Response.json({});

async function askThrough(
  rig: Awaited<ReturnType<typeof openRig>>,
  options: { readonly perMinute?: number; readonly answers: readonly (() => Response)[] },
) {
  const urls: string[] = [];
  const units = openUnits({
    fetch: async () => {
      urls.push("asked");
      return (options.answers[urls.length - 1] ?? options.answers.at(-1) ?? good)();
    },
    signal: new AbortController().signal,
    counted: () => undefined,
    limits: { requestMs: 1000, retryMs: [1], busyMs: 10 },
    pace: paceOf(rig.budget(), { perMinute: options.perMinute }),
  });
  const ask = async (url: string) => {
    const answer = await units.ask({ unit: "cu", url, method: "POST" });
    return answer.ok ? answer.value.status : answer.failure.reason;
  };
  return { ask, urls };
}

test("dry-runs are counted and nothing else is; one without a turn is not sent", async () => {
  await using rig = await openRig();
  const { ask, urls } = await askThrough(rig, { perMinute: 1, answers: [good] });
  expect(await ask(`${cu}/dry-run?process-id=p`)).toBe(200);
  expect(await ask(`${cu}/dry-run?process-id=p`)).toBe("unit-turn-too-late");
  expect(await ask(`${cu}/result/m?process-id=p`)).toBe(200);
  expect(urls).toHaveLength(2);
});

test("on loopback nothing is counted unless the target says so", async () => {
  await using rig = await openRig();
  const { ask } = await askThrough(rig, { answers: [good] });
  const asked: unknown[] = [];
  for (let at = 0; at < 8; at += 1) asked.push(await ask(`${cu}/dry-run?process-id=p`));
  expect(new Set(asked)).toEqual(new Set([200]));
});

test("a unit that says for how long is asked again when that is over", async () => {
  await using rig = await openRig({ limitMs: 10_000 });
  const refusal = () =>
    Response.json({ error: "Rate limit" }, { status: 429, headers: { "retry-after": "1" } });
  const before = Date.now();
  const { ask, urls } = await askThrough(rig, { answers: [refusal, good] });
  expect(await ask(`${cu}/dry-run?process-id=p`)).toBe(200);
  expect(urls).toHaveLength(2);
  expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
});
