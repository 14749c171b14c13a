import type stringWidth from "string-width";

/**
 * What comes from outside may hold terminal escapes, and signs that turn the direction of a text so that it reads as
 * another: they are shown, not obeyed. JSON stays what it is: it has none of the first kind, and the others as it writes
 * them.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|\p{Bidi_Control}/gu, escaped);
}

/** Of one line: what would begin another is shown as well. */
export function printableLine(text: string): string {
  return printable(text).replaceAll("\n", String.raw`\x0a`);
}

function escaped(sign: string): string {
  const code = sign.charCodeAt(0);
  const hex = code.toString(16);
  return code < 0x20 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/** Of one column each, and all that most tables have. */
const narrow = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u00ff→─…✓✗]*$/;

/** How many columns of a terminal a text takes once it is a printable line. */
export function printedWidth(text: string): number {
  const shown = printableLine(text);
  return narrow.test(shown) ? shown.length : widthOf(shown);
}

/** Loaded for the first text that needs it: that takes as long as all else of a small command. */
function widthOf(text: string): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a module exports, required and not imported
  const module = process.getBuiltinModule("node:module").createRequire(import.meta.url)(
    "string-width",
  ) as { default: typeof stringWidth };
  return module.default(text);
}
