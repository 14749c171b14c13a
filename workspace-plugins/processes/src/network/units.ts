import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { z } from "zod";
import type { Pace } from "../budget/pace.ts";
import type { Unit, UnitFailure } from "../failure.ts";
import { answerBytes } from "./answer-bytes.ts";
import { paused } from "../paused.ts";

export type Limits = {
  /** Of one request, its answer read to the end. */
  readonly requestMs: number;
  /** Before each repetition of a request that may succeed later. */
  readonly retryMs: readonly number[];
  /** How long a compute unit may say that it is busy. */
  readonly busyMs: number;
  /** Of one answer, unpacked. A page of a scheduler is the longest that is asked for. */
  readonly answerBytes?: number;
};

export const usualLimits: Limits = {
  requestMs: 30_000,
  retryMs: [100, 400, 1500],
  busyMs: 60_000,
};

const usualAnswerBytes = 64 * 1024 ** 2;

/** One request. What it is counted as tells two questions at one path apart. */
export type Question = {
  readonly unit: Unit;
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly about?: string;
  /** What a good answer is; JSON when absent. */
  readonly reads?: "json" | "text";
  /** An answer with a bad status that its asker knows how to read. */
  readonly accepts?: (answer: Answer) => boolean;
};

export type Answer = {
  readonly status: number;
  readonly text: string;
  readonly header: (name: string) => string | undefined;
};

/** How often a question was sent until it was answered. */
export type Asked = { readonly attempts: number };

export type Units = {
  /** An answer with a good or an accepted status, in the form that was asked for. All else is a failure. */
  readonly ask: (question: Question) => Promise<Result<Answer & Asked, UnitFailure>>;
};

/** Every request to a network: made, limited, repeated, counted. */
export function openUnits(options: {
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  readonly counted: (question: string) => void;
  readonly limits: Limits;
  readonly pace?: Pace | undefined;
}): Units {
  const { limits, pace, signal } = options;
  const { answerBytes: limitBytes = usualAnswerBytes } = limits;

  async function once(question: Question): Promise<Result<Answer, UnitFailure>> {
    const { unit, url, method, headers, body } = asked(question);
    const { pathname } = new URL(url);
    const late = await pace?.before(url);
    if (late !== undefined) return fail(late);
    const about = question.about === undefined ? [] : [question.about];
    options.counted([method, unit, pathname, ...about].join(" "));
    const timeout = AbortSignal.timeout(limits.requestMs);
    try {
      const response = await options.fetch(url, {
        method,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : Buffer.from(body) }),
        signal: AbortSignal.any([signal, timeout]),
      });
      if (response.status === 429) pace?.refused(url, response.headers.get("retry-after"));
      const header = (name: string) => response.headers.get(name) ?? undefined;
      const bytes = await answerBytes(response, limitBytes);
      if (bytes.byteLength > limitBytes) {
        const problem = `its answer does not end within ${limitBytes} bytes`;
        return fail({ reason: "unit-unreachable", unit, method, url, problem });
      }
      return ok({ status: response.status, text: new TextDecoder().decode(bytes), header });
    } catch (error) {
      if (signal.aborted) return fail({ reason: "ao-stopped" });
      const problem = timeout.aborted ? `no answer in ${limits.requestMs} ms` : causeOf(error);
      return fail({ reason: "unit-unreachable", unit, method, url, problem });
    }
  }

  /** A busy compute unit is asked again until its time is over. */
  async function settled(question: Question): Promise<Result<Answer, UnitFailure>> {
    const { unit, url } = question;
    for (let waitedMs = 0, stepMs = 50; ; stepMs = Math.min(stepMs * 2, 2000)) {
      const answer = await once(question);
      if (unit !== "cu" || !answer.ok || answer.value.status !== 202) return answer;
      if (waitedMs >= limits.busyMs) return fail({ reason: "unit-busy", unit, url, waitedMs });
      if (!(await paused(stepMs, signal))) return fail({ reason: "ao-stopped" });
      waitedMs += stepMs;
    }
  }

  async function judged(question: Question): Promise<Result<Answer, UnitFailure>> {
    const answer = await settled(question);
    if (!answer.ok) return answer;
    const failure = judge(question, answer.value);
    return failure === undefined ? answer : fail(failure);
  }

  return {
    ask: async (question) => {
      for (let attempts = 1; ; attempts += 1) {
        const answer = await judged(question);
        if (answer.ok) return ok({ ...answer.value, attempts });
        const ms = limits.retryMs[attempts - 1];
        if (ms === undefined || !mayHelp(answer.failure)) return answer;
        if (!(await paused(ms, signal))) return fail({ reason: "ao-stopped" });
      }
    },
  };
}

/** A good answer of a shape; one of another shape is one that nobody can read. */
export async function readShaped<Shape extends z.ZodType>(
  units: Units,
  question: Question,
  shape: Shape,
): Promise<Result<z.output<Shape>, UnitFailure>> {
  const answer = await units.ask(question);
  if (!answer.ok) return answer;
  const parsed = shape.safeParse(JSON.parse(answer.value.text));
  return parsed.success ? ok(parsed.data) : fail(unreadable(question, answer.value));
}

/** Units say in either way that they have nothing. */
export function isAbsent({ status }: Pick<Answer, "status">): boolean {
  return status === 404 || status === 400;
}

function asked(question: Question): Question & { readonly method: string } {
  return { ...question, method: question.method ?? "GET" };
}

function judge(question: Question, answer: Answer): UnitFailure | undefined {
  const { unit, method, url, accepts } = asked(question);
  const { status, text } = answer;
  if (accepts?.(answer) === true) return undefined;
  const good = status >= 200 && status < 300;
  const isMarkup = /html/i.test(answer.header("content-type") ?? "");
  if (good && !isMarkup && (question.reads === "text" || isJson(text))) return undefined;
  if (!good && !isMarkup && (question.reads === "text" || isJson(text))) {
    const retryable = status >= 500 || status === 429;
    return {
      reason: "unit-refused",
      unit,
      method,
      url,
      status,
      detail: text.slice(0, 500),
      retryable,
    };
  }
  return unreadable(question, answer);
}

function unreadable(question: Question, { status, text, header }: Answer): UnitFailure {
  const { unit, method, url } = asked(question);
  const contentType = header("content-type") ?? "";
  const start = text.slice(0, 80);
  return { reason: "unit-unreadable", unit, method, url, status, contentType, start };
}

function mayHelp(failure: UnitFailure): boolean {
  if (failure.reason === "unit-refused") return failure.retryable;
  return failure.reason === "unit-unreachable" || failure.reason === "unit-unreadable";
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

/** What kept a request from being answered. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
