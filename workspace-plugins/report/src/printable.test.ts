import stringWidth from "string-width";
import { expect, test } from "vitest";
import { printable, printedWidth } from "./printable.ts";

test.each([
  "",
  "app:pack",
  "a → b ─ …",
  "Grüße ©",
  "日本",
  "\u{1f469}\u200d\u{1f467}",
  "é",
  "soft\u00adhyphen",
  "\u001b[31m",
])("%j is as wide as a terminal shows it", (text) => {
  expect(printedWidth(text)).toBe(stringWidth(printable(text)));
});

test.each([
  ["\u001b]0;title\u0007", String.raw`\x1b]0;title\x07`],
  ["\u009b2J", String.raw`\u009b2J`],
  ["a\u007fb", String.raw`a\u007fb`],
  ["safe\u202ecod.exe", String.raw`safe\u202ecod.exe`],
  ["\u2066a\u2069", String.raw`\u2066a\u2069`],
  ["two\nlines, \u0639\u0631\u0628", "two\nlines, \u0639\u0631\u0628"],
])("%j is shown and not obeyed", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
