import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { pageSizeBytes } from "@slipway/aos";
import type { EvaluationResult, SparseMemory } from "@slipway/aos";
import { digestOf, fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { Compute } from "./compute.ts";
import type { NetworkConditions } from "./conditions.ts";
import type { NetworkFailure } from "./failure.ts";
import { parseJsonBody } from "./json-body.ts";
import { json } from "./route.ts";
import type { Answer, Route, UnitRequest } from "./route.ts";
import { Tag } from "./tag.ts";

const compress = promisify(gzip);

const DryRunBody = z.object({
  Id: z.string().default("1234"),
  Owner: z.string().default("1234"),
  From: z.string().optional(),
  Target: z.string().optional(),
  Anchor: z.string().default("0"),
  Data: z.string().default("1234"),
  Tags: z.array(z.object(Tag.shape)).default([]),
});

type Parts = {
  readonly compute: Compute;
  readonly conditions: NetworkConditions;
  readonly now: () => number;
};

/** The compute unit over HTTP. A dry-run needs no signature: whoever asks names the owner. */
export function computeRoutes(parts: Parts): readonly Route[] {
  const { compute, conditions } = parts;
  const dryRun = openDryRuns(parts);
  return [
    { method: "GET", path: "/", answer: () => json({ unit: "cu" }) },
    {
      method: "GET",
      path: "/result/:message",
      kind: "result",
      answer: (request) => {
        const [process, message] = [request.query("process-id"), request.path("message")];
        return unlessBusy(conditions, { process, to: message }, async () => {
          const result = await compute.result(process, message);
          return result.ok ? json(result.value) : result;
        });
      },
    },
    {
      method: "POST",
      path: "/dry-run",
      kind: "dry-run",
      answer: (request) => {
        const process = request.query("process-id");
        return unlessBusy(conditions, { process, to: "latest" }, () => dryRun(process, request));
      },
    },
    {
      method: "GET",
      path: "/state/:process",
      kind: "state",
      answer: (request) => {
        const process = request.path("process");
        return unlessBusy(conditions, { process, to: "latest" }, async () => {
          const memory = await compute.memory(process);
          return memory.ok ? memoryAnswer(memory.value) : memory;
        });
      },
    },
  ];
}

/** Answers 202 when the unit is told to be busy, or when the work lasts longer than the unit waits for. */
async function unlessBusy(
  conditions: NetworkConditions,
  evaluation: { readonly process: string; readonly to: string },
  work: () => Promise<Result<Answer, NetworkFailure>>,
): Promise<Result<Answer, NetworkFailure>> {
  const { process, to } = evaluation;
  const busy = { message: `Evaluation of process "${process}" to "${to}" is in progress.` };
  if (conditions.isBusy()) return json(busy, 202);
  const thresholdMs = conditions.now().busyThresholdMs;
  if (thresholdMs === 0) return work();
  const waiting = new AbortController();
  const threshold = sleep(thresholdMs, undefined, { signal: waiting.signal }).then(
    () => json(busy, 202),
    () => json(busy, 202),
  );
  try {
    // The work goes on, and the next question finds it further.
    return await Promise.race([work(), threshold]);
  } finally {
    waiting.abort();
  }
}

type DryRunAnswer = { readonly atMs: number; readonly result: EvaluationResult };

/** Dry-runs with the cache and the limit that the conditions ask for. */
function openDryRuns({ compute, conditions, now }: Parts) {
  const answers = new Map<string, DryRunAnswer>();
  const startedMs: number[] = [];
  const isLimited = () => {
    const { dryRunsPerMinute } = conditions.now();
    const recent = startedMs.filter((ms) => ms > now() - 60_000);
    if (dryRunsPerMinute > 0 && recent.length >= dryRunsPerMinute) return true;
    startedMs.splice(0, startedMs.length, ...recent, now());
    return false;
  };
  return async (process: string, request: UnitRequest): Promise<Result<Answer, NetworkFailure>> => {
    const bytes = await request.body();
    if (!bytes.ok) return bytes;
    const key = `${process} ${digestOf(bytes.value)}`;
    const { staleDryRunMs } = conditions.now();
    const known = answers.get(key);
    if (known !== undefined && known.atMs > now() - staleDryRunMs) return json(known.result);
    if (isLimited()) return fail({ reason: "dry-runs-limited" });
    const body = parseJsonBody(bytes.value, DryRunBody);
    if (!body.ok) return body;
    const { From, Target = process, ...message } = body.value;
    const result = await compute.dryRun(process, { ...message, From, Target });
    if (!result.ok) return result;
    if (staleDryRunMs > 0) answers.set(key, { atMs: now(), result: result.value });
    return json(result.value);
  };
}

/** The whole memory, as a real unit sends it; 100 MB of it are zeros. */
async function memoryAnswer(memory: SparseMemory): Promise<Result<Answer, never>> {
  const whole = Buffer.alloc(memory.pageCount * pageSizeBytes);
  for (const [index, page] of memory.pages.entries()) {
    const start = index * pageSizeBytes;
    whole.set(memory.bytes.subarray(start, start + pageSizeBytes), page * pageSizeBytes);
  }
  const body = await compress(whole, { level: 1 });
  return ok({ status: 200, body, headers: { "content-encoding": "gzip" } });
}
