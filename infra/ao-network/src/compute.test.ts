import path from "node:path";
import type { EvaluationRequest } from "@slipway/aos";
import { fail, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { openAssignmentsLog } from "./assignments-log.ts";
import { openCompute } from "./compute.ts";
import { signItem } from "./item.ts";
import { moduleOf } from "./module.ts";
import { openScheduler } from "./scheduler.ts";
import { openSnapshots } from "./snapshots.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";
import { openUnitKey } from "./wallet.ts";
import { digestOf } from "@slipway/signature";

/** Memory is a list of bytes; a message appends its data, `bad` fails and `endless` overruns. */
async function rig(folder: string) {
  const key = await openUnitKey(path.join(folder, "key.json"));
  const module = moduleOf(digestOf("module"), key.address);
  const log = await openAssignmentsLog(path.join(folder, "log.jsonl"));
  if (!log.ok) throw new Error(JSON.stringify(log.failure));
  const accepts = { module: module.id, schedulers: [key.address], now: () => 5 };
  const scheduler = openScheduler(log.value, accepts);
  const snapshots = openSnapshots(path.join(folder, "snapshots"), module.digest);
  const evaluated: string[] = [];
  const evaluate = async ({ memory, message }: EvaluationRequest) => {
    const data = String(message["Data"]);
    evaluated.push(data);
    const before =
      memory === undefined ? "" : Buffer.from(memory.bytes).toString().replaceAll("\0", "");
    if (data === "endless") return fail({ reason: "evaluation-timeout", timeoutMs: 1 } as const);
    if (data === "bad") return ok({ result: { Error: "bad", before } });
    const bytes = new Uint8Array(65_536);
    bytes.set(Buffer.from(before + data));
    return ok({ result: { before }, memory: { pageCount: 1, pages: [0], bytes } });
  };
  const send = async (target: string, type: string, data: string) => {
    const tags = {
      "Data-Protocol": "ao",
      Type: type,
      Module: module.id,
      Scheduler: key.address,
    };
    const content = {
      target,
      anchor: undefined,
      tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
      data,
    };
    return scheduler.accept(await signItem(content, key));
  };
  const accepted = async (...parts: Parameters<typeof send>) => {
    const assignment = await send(...parts);
    if (!assignment.ok) throw new Error(assignment.failure.reason);
    return assignment.value.item.id;
  };
  const compute = openCompute({ scheduler, evaluate, snapshots, module });
  return {
    compute,
    scheduler,
    evaluated,
    send,
    accepted,
    close: async () => {
      await snapshots[Symbol.asyncDispose]();
      await log.value[Symbol.asyncDispose]();
    },
  };
}

const dryRun = {
  Id: "1",
  Owner: "o",
  From: undefined,
  Target: "t",
  Anchor: "",
  Data: "dry",
  Tags: [],
};

test("nothing is evaluated before somebody asks, and each message once", async () => {
  await using folder = await openTemporaryFolder();
  const { compute, accepted, evaluated, close } = await rig(folder.path);
  const process = await accepted("", "Process", "a");
  const message = await accepted(process, "Message", "b");
  expect(evaluated).toEqual([]);
  const results = [1, 2, 3].map(() => compute.result(process, message));
  for (const result of await Promise.all(results)) expect(result).toEqual(ok({ before: "a" }));
  expect(evaluated).toEqual(["a", "b"]);
  await close();
});

test("a result with an error keeps the memory from before it", async () => {
  await using folder = await openTemporaryFolder();
  const { compute, accepted, close } = await rig(folder.path);
  const process = await accepted("", "Process", "a");
  const bad = await accepted(process, "Message", "bad");
  const message = await accepted(process, "Message", "b");
  expect(await compute.result(process, bad)).toEqual(ok({ Error: "bad", before: "a" }));
  expect(await compute.result(process, message)).toEqual(ok({ before: "a" }));
  expect(await compute.dryRun(process, dryRun)).toEqual(ok({ before: "ab" }));
  expect(await compute.dryRun(process, dryRun)).toEqual(ok({ before: "ab" }));
  await close();
});

test("an evaluation that overran is an error for good, also after a restart", async () => {
  await using folder = await openTemporaryFolder();
  const first = await rig(folder.path);
  const process = await first.accepted("", "Process", "a");
  const endless = await first.accepted(process, "Message", "endless");
  const overrun = ok({ Error: "The evaluation was given up at the time limit" });
  expect(await first.compute.result(process, endless)).toEqual(overrun);
  await first.close();
  const second = await rig(folder.path);
  expect(await second.compute.result(process, endless)).toEqual(overrun);
  expect(second.evaluated).toEqual([]);
  await second.close();
});

test("a snapshot saves the evaluations before it", async () => {
  await using folder = await openTemporaryFolder();
  const first = await rig(folder.path);
  const process = await first.accepted("", "Process", "a");
  await first.compute.result(process, process);
  await first.close();
  const second = await rig(folder.path);
  const message = await second.accepted(process, "Message", "b");
  expect(await second.compute.result(process, message)).toEqual(ok({ before: "a" }));
  expect(second.evaluated).toEqual(["b"]);
  await second.close();
});

test("a result that the snapshot no longer holds is evaluated again", async () => {
  await using folder = await openTemporaryFolder();
  const first = await rig(folder.path);
  const process = await first.accepted("", "Process", "a");
  for (let index = 0; index < 70; index += 1)
    await first.accepted(process, "Message", String(index));
  await first.compute.dryRun(process, dryRun);
  await first.close();
  const second = await rig(folder.path);
  expect(await second.compute.result(process, process)).toEqual(ok({ before: "" }));
  expect(second.evaluated).toHaveLength(71);
  await second.close();
});

test("an item is accepted once, and only for a process that is known", async () => {
  await using folder = await openTemporaryFolder();
  const { send, accepted, compute, close } = await rig(folder.path);
  const process = await accepted("", "Process", "a");
  await send(process, "Message", "b");
  expect(await send(process, "Message", "b")).toEqual(fail({ reason: "message-exists" }));
  const unknown = `${"u".repeat(42)}A`;
  const failure = { reason: "process-unknown", process: unknown } as const;
  expect(await send(unknown, "Message", "b")).toEqual(fail(failure));
  expect(await compute.result(unknown, process)).toEqual(fail(failure));
  expect(await send(process, "Module", "")).toEqual(
    fail({ reason: "type-unknown", type: "Module" }),
  );
  await close();
});

test("items that arrive together get one nonce each", async () => {
  await using folder = await openTemporaryFolder();
  const { send, accepted, close } = await rig(folder.path);
  const process = await accepted("", "Process", "a");
  const sent = ["1", "2", "3"].map((data) => send(process, "Message", data));
  const nonces = (await Promise.all(sent)).map((one) => one.ok && one.value.nonce);
  expect(new Set(nonces)).toEqual(new Set([1, 2, 3]));
  await close();
});
