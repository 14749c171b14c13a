import { setTimeout as pause } from "node:timers/promises";
import { aosSource, compact, pageSizeBytes } from "@slipway/aos";
import type { SparseMemory } from "@slipway/aos";
import { fail, hexOf, ok, parseDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { UnitFailure } from "../failure.ts";
import { answerBytes } from "../network/answer-bytes.ts";
import { causeOf } from "../network/units.ts";
import type { TaskContext } from "../task.ts";
import type { Candidate } from "./candidate.ts";

export type LiveMemoryFailure =
  | UnitFailure
  | { readonly reason: "live-memory-invalid"; readonly url: string; readonly sizeBytes: number };

export type LiveMemoryEffects = {
  readonly signal: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  readonly counted?: (question: string) => void;
  /** Of one request with its answer, and of the time that the unit may be busy. */
  readonly timeoutMs?: number;
};

/** Memory-Limit of the aos module. */
const limitBytes = 1024 ** 3;
const usualTimeoutMs = 60_000;
const busyStepMs = 500;

/** Whether a copy of what a process of this module holds can be evaluated here: our WASM is that module. */
export function isOurModule(module: string): boolean {
  return module === Buffer.from(hexOf(pinned()), "hex").toString("base64url");
}

/** The candidate on a copy of what its process holds, where the compute unit serves it and our module can run it. */
export async function onLiveMemory(
  task: Pick<TaskContext, "signal" | "counted">,
  candidate: Candidate,
  cu: string | undefined,
): Promise<Result<Candidate, LiveMemoryFailure>> {
  const { id, module } = candidate.identity;
  if (cu === undefined) return ok({ ...candidate, notLive: "unserved" });
  if (!isOurModule(module)) return ok({ ...candidate, notLive: "other-module" });
  const memory = await readLiveMemory(cu, id, {
    signal: task.signal,
    counted: (question) => task.counted("ao-network", question),
  });
  if (!memory.ok) return memory;
  if (memory.value === "unserved") return ok({ ...candidate, notLive: "unserved" });
  return ok({ ...candidate, upgrade: { from: "live", memory: memory.value } });
}

/**
 * A copy of what a process holds now, as a legacy compute unit serves it (`GET /state/{process}`): a read, which writes
 * nothing. `unserved` by a unit that does not.
 */
export async function readLiveMemory(
  cu: string,
  process: string,
  effects: LiveMemoryEffects,
): Promise<Result<SparseMemory | "unserved", LiveMemoryFailure>> {
  const url = `${cu.replace(/\/+$/, "")}/state/${process}`;
  const limit = effects.timeoutMs ?? usualTimeoutMs;
  const deadline = AbortSignal.timeout(limit);
  const signal = AbortSignal.any([effects.signal, deadline]);
  try {
    for (;;) {
      effects.counted?.(`GET cu /state/${process}`);
      const response = await (effects.fetch ?? globalThis.fetch)(url, { signal });
      if (response.status !== 202) return await memoryOf(response, url);
      await response.body?.cancel();
      await pause(busyStepMs, undefined, { signal });
    }
  } catch (error) {
    if (effects.signal.aborted) return fail({ reason: "ao-stopped" });
    const problem = deadline.aborted ? `no answer in ${limit} ms` : causeOf(error);
    return fail({ reason: "unit-unreachable", unit: "cu", method: "GET", url, problem });
  }
}

async function memoryOf(
  response: Response,
  url: string,
): Promise<Result<SparseMemory | "unserved", LiveMemoryFailure>> {
  const { status } = response;
  if (!response.ok) {
    const detail = Buffer.from(await answerBytes(response, 500))
      .toString("utf8")
      .slice(0, 500);
    // 404 is also what is said of a process that nobody knows: then there is nothing to copy either.
    if (status === 404 || status === 405 || status === 501) return ok("unserved");
    const retryable = status >= 500 || status === 429;
    return fail({
      reason: "unit-refused",
      unit: "cu",
      method: "GET",
      url,
      status,
      detail,
      retryable,
    });
  }
  const bytes = await answerBytes(response, limitBytes);
  const isWhole = bytes.byteLength > 0 && bytes.byteLength % pageSizeBytes === 0;
  if (!isWhole || bytes.byteLength > limitBytes) {
    return fail({ reason: "live-memory-invalid", url, sizeBytes: bytes.byteLength });
  }
  return ok(compact(bytes));
}

function pinned(): Digest {
  const digest = parseDigest(aosSource.digest);
  if (digest === undefined) throw new Error("internal: the pinned digest is not one");
  return digest;
}
