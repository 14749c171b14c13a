/** In which compute units count dry-runs (spec, section 1.4), and a second for what the way there takes. */
export const windowMs = 61_000;

/** What is known of one unit: when requests to it were placed, and until when nobody asks. Times in ms of the epoch. */
export type Known = { readonly placed: readonly number[]; readonly closedUntil: number };

/** The first moment from `now` on at which one more request keeps to so many a window. */
export function placeRequest(known: Known, now: number, perWindow: number | undefined): number {
  const open = Math.max(now, known.closedUntil);
  if (perWindow === undefined) return open;
  const counted = known.placed.filter((at) => at > now - windowMs).toSorted((a, b) => a - b);
  const oldest = counted.at(-perWindow);
  return oldest === undefined ? open : Math.max(open, oldest + windowMs);
}

/** How long a unit is left alone that named no time itself: longer with each refusal in a row. */
export function backOffMs(refusals: number): number {
  return Math.min(5000 * 2 ** refusals, windowMs);
}

/** `Retry-After` (RFC 9110, section 10.2.3) in ms: seconds or a date; ten minutes at most. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 600_000);
}
