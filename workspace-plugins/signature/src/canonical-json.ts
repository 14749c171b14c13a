/**
 * One text for one value: keys in code-unit order, no white space, numbers and strings as ECMAScript writes them
 * (RFC 8785). Keys whose value is `undefined` are absent, as in JSON.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return `[${items.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  }
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

function notJson(value: unknown): Error {
  return new Error(`internal: not a JSON value: ${String(value)}`);
}
