import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { endpoint } from "./endpoints.ts";
import type { Unit, UnitFailure } from "./failure.ts";
import type { Endpoints } from "./network.ts";

/** Carries a failure through code that only knows exceptions. */
export class UnitError extends Error {
  readonly failure: UnitFailure;
  constructor(failure: UnitFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

export type Limits = {
  /** Of one request, its answer read to the end. */
  readonly requestMs: number;
  /** Before each repetition of a request that may succeed later. */
  readonly retryMs: readonly number[];
  /** How long a compute unit may say that it is busy. */
  readonly busyMs: number;
};

export const usualLimits: Limits = {
  requestMs: 30_000,
  retryMs: [100, 400, 1500],
  busyMs: 60_000,
};

/** A status below 500 that its asker knows how to read. */
type Accepts = (status: number) => boolean;

export type Units = {
  /** Like `fetch`, but an answer that comes back is JSON with a good status; all else is a `UnitError`. */
  readonly fetch: (url: string, init?: RequestInit, accepts?: Accepts) => Promise<Response>;
};

const Asking = z.object({ Tags: z.array(z.object({ name: z.string(), value: z.string() })) });

/** The action of a dry-run: one path serves every question. */
function actionIn(body: RequestInit["body"]): readonly string[] {
  if (typeof body !== "string" || !body.startsWith("{")) return [];
  const tags = Asking.safeParse(JSON.parse(body)).data?.Tags ?? [];
  return tags.filter(({ name }) => name === "Action").map(({ value }) => value);
}

export function openUnits(options: {
  readonly endpoints: Endpoints;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  readonly counted: (question: string) => void;
  readonly limits: Limits;
}): Units {
  const { endpoints, limits, signal } = options;

  async function once(call: Call): Promise<Answer> {
    const { pathname } = new URL(call.url);
    options.counted([call.method, call.unit, pathname, ...actionIn(call.init.body)].join(" "));
    const timeout = AbortSignal.timeout(limits.requestMs);
    try {
      const response = await options.fetch(call.url, {
        ...call.init,
        signal: AbortSignal.any([signal, timeout]),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      if (signal.aborted) throw new UnitError({ reason: "ao-stopped" });
      const { unit, method, url } = call;
      const problem = timeout.aborted ? `no answer in ${limits.requestMs} ms` : causeOf(error);
      throw new UnitError({ reason: "unit-unreachable", unit, method, url, problem });
    }
  }

  /** A busy compute unit is asked again until its time is over. */
  async function settled(call: Call): Promise<Answer> {
    for (let waitedMs = 0, stepMs = 50; ; stepMs = Math.min(stepMs * 2, 2000)) {
      const answer = await once(call);
      if (call.unit !== "cu" || answer.status !== 202) return answer;
      if (waitedMs >= limits.busyMs) {
        throw new UnitError({ reason: "unit-busy", unit: "cu", url: call.url, waitedMs });
      }
      await wait(stepMs);
      waitedMs += stepMs;
    }
  }

  async function wait(ms: number): Promise<void> {
    try {
      await pause(ms, undefined, { signal });
    } catch (error) {
      throw signal.aborted ? new UnitError({ reason: "ao-stopped" }) : error;
    }
  }

  async function attempted(call: Call, accepts: Accepts): Promise<Response> {
    const answer = await settled(call);
    const failure = judge(call, answer, accepts);
    if (failure !== undefined) throw new UnitError(failure);
    const headers = { "content-type": "application/json" };
    return new Response(answer.text, {
      status: accepts(answer.status) ? answer.status : 200,
      headers,
    });
  }

  return {
    fetch: async (url, init = {}, accepts = () => false) => {
      const call = { url, init, method: init.method ?? "GET", unit: unitOf(url, endpoints) };
      for (const ms of limits.retryMs) {
        try {
          return await attempted(call, accepts);
        } catch (error) {
          if (!(error instanceof UnitError) || !mayHelp(error.failure)) throw error;
        }
        await wait(ms);
      }
      return attempted(call, accepts);
    },
  };
}

type Call = {
  readonly url: string;
  readonly init: RequestInit;
  readonly method: string;
  readonly unit: Unit;
};

type Answer = { readonly status: number; readonly headers: Headers; readonly text: string };

function judge(call: Call, answer: Answer, accepts: Accepts): UnitFailure | undefined {
  const { unit, method, url } = call;
  const { status } = answer;
  if (accepts(status)) return undefined;
  const good = status >= 200 && status < 300;
  if (!good && isJson(answer.text)) {
    // A scheduler that has the item already has what we wanted.
    if (unit === "mu" && /already exists/i.test(answer.text)) return undefined;
    const retryable = status >= 500 || status === 429;
    const detail = answer.text.slice(0, 500);
    return { reason: "unit-refused", unit, method, url, status, detail, retryable };
  }
  if (good && isJson(answer.text)) return undefined;
  const contentType = answer.headers.get("content-type") ?? "";
  const start = answer.text.slice(0, 80);
  return { reason: "unit-unreadable", unit, method, url, status, contentType, start };
}

function mayHelp(failure: UnitFailure): boolean {
  if (failure.reason === "unit-refused") return failure.retryable;
  return failure.reason === "unit-unreachable" || failure.reason === "unit-unreadable";
}

function unitOf(url: string, endpoints: Endpoints): Unit {
  const units = ["mu", "su", "cu", "gateway"] as const;
  const found = units.find((unit) => {
    const base = endpoint(endpoints[unit]);
    return url === base || url.startsWith(`${base}/`);
  });
  if (found === undefined) throw new Error(`internal: ${url} belongs to no configured unit`);
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

/** A failure for whatever was thrown while a unit was asked. */
export function unitFailureOf(step: string, error: unknown): UnitFailure {
  if (error instanceof UnitError) return error.failure;
  const problem = error instanceof Error ? error.message : String(error);
  return { reason: "ao-request-failed", step, problem };
}
