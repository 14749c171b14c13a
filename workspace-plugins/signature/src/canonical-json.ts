/**
 * One text for one value: keys in code-unit order, no white space, numbers and strings as ECMAScript writes them
 * (RFC 8785). Keys whose value is `undefined` are absent, as in JSON.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return `[${items.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  }
  if (isWrittenNumber(value)) return value[written];
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw notJson(value);
  const text: unknown = JSON.stringify(value);
  if (typeof text !== "string") throw notJson(value);
  return text;
}

const written = Symbol("written");

/** A number that is another one, or of another type, than the ECMAScript number closest to it: `1.0`, `-0`, 2^53 + 1. */
export type WrittenNumber = { readonly [written]: string };

/** `text` is a number of JSON; it is what the canonical text has. */
export function writtenNumber(text: string): WrittenNumber {
  return { [written]: text };
}

export function isWrittenNumber(value: unknown): value is WrittenNumber {
  return typeof value === "object" && value !== null && written in value;
}

function notJson(value: unknown): Error {
  return new Error(`internal: not a JSON value: ${String(value)}`);
}
