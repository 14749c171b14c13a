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
