import { createRequire } from "node:module";
import type stringWidth from "string-width";

/**
 * What comes from outside may hold terminal escapes, and signs that turn the direction of a text so that it reads as
 * another: they are shown, not obeyed.
 */
export function printable(text: string): string {
  return text
    .replaceAll(
      /[^\P{Cc}\n]/gu,
      (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
    )
    .replaceAll(
      /\p{Bidi_Control}/gu,
      (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** Of one column each, and all that most tables have. */
const narrow = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u00ff→─…✓✗]*$/;

/** How many columns of a terminal a text takes once it is printable. */
export function printedWidth(text: string): number {
  const shown = printable(text);
  return narrow.test(shown) ? shown.length : widthOf(shown);
}

/** Loaded for the first text that needs it: that takes as long as all else of a small command. */
function widthOf(text: string): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a module exports, required and not imported
  const module = createRequire(import.meta.url)("string-width") as { default: typeof stringWidth };
  return module.default(text);
}
