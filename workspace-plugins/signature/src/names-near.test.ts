import { expect, test } from "vitest";
import { namesNear } from "./names-near.ts";

const known = ["run", "explain", "signature", "signature verify", "pkg add", "smoke keys init"];

test.each([
  [["explian", "app:pack"], ["explain"]],
  [["explane"], ["explain"]],
  [
    ["signatur", "verify"],
    ["signature", "signature verify"],
  ],
  [["pkg"], ["pkg add"]],
  [["smoke", "keys"], ["smoke keys init"]],
  [["deploy"], []],
  [["rnu"], []],
  [["rn"], ["run"]],
])("%j is near to %j", (words, near) => {
  expect(namesNear(words, known)).toEqual(near);
});
