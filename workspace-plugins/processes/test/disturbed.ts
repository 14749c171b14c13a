import type { Effects } from "../src/deploy/settle.ts";
import type { Ledger } from "../src/record/ledger.ts";

/** What befalls one request of a run, or one of its writes to the record and the journal. */
export type Fault =
  | {
      readonly at: "request";
      /** Of the run, from 0. */
      readonly nth: number;
      readonly does: (typeof requestFaults)[number];
    }
  | { readonly at: "write"; readonly nth: number; readonly does: (typeof writeFaults)[number] };

/**
 * `kill`: nothing that the run does afterwards has an effect, as after the end of its process; `stop`: Ctrl-C. Both
 * before the unit heard of it, or after.
 */
export const requestFaults = [
  "reset",
  "lost-answer",
  "page",
  "status-500",
  "status-429",
  "status-403",
  "busy",
  "ghost",
  "empty",
  "stop-before",
  "stop-after",
  "kill-before",
  "kill-after",
] as const;

export const writeFaults = ["kill-before", "kill-after", "stop-before", "stop-after"] as const;

export type Disturbed = {
  readonly effects: Effects;
  readonly signal: AbortSignal;
  /** How many items were sent to a unit, whether it heard of them or not. */
  readonly items: () => number;
};

/** Effects of a run that faults befall, before a gateway that may not list anything yet. */
export function disturb(
  { faults, lags }: { readonly faults: readonly Fault[]; readonly lags: boolean },
  usual: Effects,
): Disturbed {
  const stopping = new AbortController();
  const seen = { request: 0, write: 0, items: 0, isKilled: false };
  const faultAt = (at: Fault["at"]): Fault["does"] | undefined => {
    const nth = seen[at];
    seen[at] += 1;
    return faults.find((fault) => fault.at === at && fault.nth === nth)?.does;
  };
  const kill = (): never => {
    seen.isKilled = true;
    throw new Error("killed");
  };
  const alive = (): void => {
    if (seen.isKilled) throw new Error("killed");
  };

  const request: typeof fetch = async (input, init) => {
    alive();
    const asked = { isItem: init?.body instanceof Uint8Array, url: urlOf(input) };
    if (asked.isItem) seen.items += 1;
    const does = faultAt("request");
    const heard = async (): Promise<Response> =>
      lags && isSearch(init?.body) ? nothingListed() : fetch(input, init);
    if (does === "kill-before") return kill();
    if (does === "stop-before") stopping.abort();
    if (does === undefined || does === "stop-before") return answerIfAlive(await heard());
    if (does === "kill-after" || does === "stop-after" || does === "lost-answer") {
      await (await heard()).arrayBuffer();
      if (does === "kill-after") return kill();
      if (does === "stop-after") stopping.abort();
      throw new TypeError("fetch failed", { cause: new Error("read ECONNRESET") });
    }
    return answerOf(does, asked) ?? heard();
  };
  const answerIfAlive = (response: Response): Response => {
    alive();
    return response;
  };

  const around = async <Value>(write: () => Promise<Value>): Promise<Value> => {
    alive();
    const does = faultAt("write");
    if (does === "kill-before") return kill();
    if (does === "stop-before") stopping.abort();
    const written = await write();
    if (does === "kill-after") return kill();
    if (does === "stop-after") stopping.abort();
    return written;
  };
  const ledger = (inner: Ledger): Ledger => ({
    ...inner,
    write: (...change) => around(() => inner.write(...change)),
    journal: (...change) => around(() => inner.journal(...change)),
  });
  return {
    effects: { ...usual, fetch: request, ledger },
    signal: stopping.signal,
    items: () => seen.items,
  };
}

/** `undefined`: this request has no such answer. */
function answerOf(
  does: Fault["does"],
  { isItem, url }: { readonly isItem: boolean; readonly url: string },
): Response | undefined {
  if (does === "reset") {
    throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
  }
  if (does === "page") {
    const headers = { "content-type": "text/html" };
    return new Response("<html>Bad gateway</html>", { status: 502, headers });
  }
  if (does === "status-500") return json(500, { error: "internal" });
  if (does === "status-429") return json(429, { error: "Rate limit exceeded" });
  if (does === "status-403") return json(403, { error: "Access denied" });
  if (does === "busy" && isComputed(url)) return json(202, { message: "Evaluation in progress." });
  if (does === "ghost" && isItem) return json(202, { message: "Processing DataItem" });
  if (does === "empty" && isComputed(url)) return json(200, {});
  return undefined;
}

function json(status: number, body: object): Response {
  return Response.json(body, { status });
}

/** What a gateway is asked of items by their tags, not by their ids. */
function isSearch(body: unknown): boolean {
  return typeof body === "string" && body.includes("$tags");
}

function nothingListed(): Response {
  return json(200, { data: { transactions: { pageInfo: { hasNextPage: false }, edges: [] } } });
}

function urlOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof Request ? input.url : input.toString();
}

/** What a legacy compute unit answers: whether it is busy, or knows nothing yet, only it says. */
function isComputed(url: string): boolean {
  return /\/(result|dry-run)\b/.test(url);
}
