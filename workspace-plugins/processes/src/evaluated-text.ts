import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { liveKey, liveText } from "./network/live-text.ts";
import type { Mode } from "./network/network.ts";

/** The ids that a process reads as `__AO_DEPLOY.processes.<name>`. */
export type Links = Readonly<Record<string, string>>;

export type Evaluated = {
  readonly mode: Mode;
  readonly code: string;
  readonly codeDigest: Digest;
  readonly links: Links;
  /** That the code adds. */
  readonly handlers: readonly string[];
  /** That an earlier code is known to have added. */
  readonly earlier: readonly string[];
};

/**
 * What is sent to be evaluated: one line before the code, which says whom it may ask and takes away the handlers of
 * earlier code that this one does not add, and two lines after it, which prove that it ran to its end.
 */
export function evaluatedText(evaluated: Evaluated): string {
  const { mode, code, codeDigest, links, handlers, earlier } = evaluated;
  if (!code.endsWith("\n")) throw new Error("internal: code without an end of its last line");
  const linksDigest = linksDigestOf(links);
  const marks =
    `__AO_DEPLOY.sha256 = "${codeDigest}" __AO_DEPLOY.links = "${linksDigest}" ` +
    `__AO_DEPLOY.handlers = ${luaList(handlers)}`;
  const exposed =
    mode === "mainnet"
      ? ` Send({ device = "patch@1.0", ["${liveKey}"] = "${liveText(codeDigest, linksDigest)}" })`
      : "";
  const head = `${removalOf(handlers, earlier)} __AO_DEPLOY = { processes = ${luaTable(links)} }\n`;
  return `${head}${code}${marks}${exposed}\nreturn "${sentinelOf(codeDigest)}"\n`;
}

/** The code in an evaluated text; whoever asks compares its digest. */
export function codeIn(text: string): string | undefined {
  const lines = text.split("\n");
  return lines.length < 5 ? undefined : [...lines.slice(1, -3), ""].join("\n");
}

/** What the evaluation returns when it ran to its end, and in no other case. */
export function sentinelOf(codeDigest: Digest): string {
  return `slipway:${codeDigest}`;
}

export function linksDigestOf(links: Links): Digest {
  return digestOf(JSON.stringify(sortedEntries(links)));
}

/** Also of those that the process remembers: its record may be lost, or be another's. */
function removalOf(handlers: readonly string[], earlier: readonly string[]): string {
  const gone = earlier.filter((name) => !handlers.includes(name));
  return (
    `do local keep = {} for _, name in ipairs(${luaList(handlers)}) do keep[name] = true end ` +
    `local function drop(names) for _, name in ipairs(type(names) == "table" and names or {}) do ` +
    `if not keep[name] then Handlers.remove(name) end end end ` +
    `drop(${luaList(gone)}) drop(type(__AO_DEPLOY) == "table" and __AO_DEPLOY.handlers) end`
  );
}

function luaTable(links: Links): string {
  const fields = sortedEntries(links).map(([name, id]) => `[${luaText(name)}] = ${luaText(id)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function luaList(texts: readonly string[]): string {
  return texts.length === 0 ? "{}" : `{ ${texts.toSorted().map(luaText).join(", ")} }`;
}

/** A short string of Lua on one line, whatever the bytes: what is not printable ASCII by its numbers. */
function luaText(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
      ? `\\${String(byte).padStart(3, "0")}`
      : String.fromCharCode(byte),
  );
  return `"${bytes.join("")}"`;
}

function sortedEntries(links: Links): readonly (readonly [string, string])[] {
  return Object.entries(links).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
