import type { Place } from "@slipway/signature";

/** Where something stands in a Lua file, counted from 1; columns in UTF-16 code units. */
export type Spot = { readonly file: string; readonly line: number; readonly column: number };

/** A position as the parser gives it: lines from 1, columns from 0, in bytes. */
export type BytePosition = { readonly line: number; readonly column: number };

/** One Lua file: as it is on disk, and as it goes into a bundle, with LF line ends. */
export type LuaText = {
  readonly file: string;
  readonly text: string;
  /** One character a byte, as Lua reads strings; what the parser is given. */
  readonly source: string;
  /** An offset in `source` of what the parser gave. */
  readonly offsetOf: (position: BytePosition) => number;
  /** `start` and `end` are offsets in `source`; the place is one of the file on disk. */
  readonly placeOf: (start: number, end: number) => Place;
  readonly spotOf: (position: BytePosition) => Spot;
};

/** `undefined`: not UTF-8. */
export function openLuaText(bytes: Uint8Array, file: string): LuaText | undefined {
  const raw = decode(bytes);
  if (raw === undefined) return undefined;
  const body = raw.replace(/^\uFEFF/, "").replaceAll(lineEnd, "\n");
  // What starts it on a machine is no Lua, and a bundle begins with something else.
  const text = body.replace(/^#.*/, "");
  const skipped = body.length - text.length;
  const source = toBytes(text);
  const starts = lineStarts(source);
  const offsetOf = ({ line, column }: BytePosition): number => (starts[line - 1] ?? 0) + column;
  const units = (offset: number): number => fromBytes(source.slice(0, offset)).length;
  const onDisk = (offset: number): number => rawOffset(raw, skipped + units(offset));
  return {
    file,
    text,
    source,
    offsetOf,
    placeOf: (start, end) => {
      const offset = onDisk(start);
      return { file, offset, length: Math.max(1, onDisk(end) - offset) };
    },
    spotOf: ({ line, column }) => {
      const start = starts[line - 1] ?? 0;
      const before = fromBytes(source.slice(start, start + column)).length;
      return { file, line, column: before + 1 + (line === 1 ? skipped : 0) };
    },
  };
}

/** Each is one line end to Lua (manual 5.3, 3.1; llex.c, inclinenumber). */
const lineEnd = /\r\n|\n\r|\r/g;

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** From an offset in the text with LF line ends to one of the text on disk. */
function rawOffset(raw: string, offset: number): number {
  const mark = raw.startsWith("\uFEFF") ? 1 : 0;
  let rawAt = offset + mark;
  for (const { index, 0: end } of raw.matchAll(lineEnd)) {
    if (index >= rawAt) break;
    rawAt += end.length - 1;
  }
  return rawAt;
}

function lineStarts(source: string): readonly number[] {
  return [0, ...Array.from(source.matchAll(/\n/g), ({ index }) => index + 1)];
}

function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** From one character a byte back to text. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
