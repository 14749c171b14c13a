import { expect, test } from "vitest";
import { describeCause } from "./causes.ts";

test("a cause has the words of its package", () => {
  expect(describeCause("image-missing-in-engine")).toBe("the engine did not have it");
  expect(describeCause("not-run")).toBe("a target that it needs failed");
});

test("a cause without words, such as the reason of a failure, is shown as it is", () => {
  expect(describeCause("layout-damaged")).toBe("layout damaged");
  expect(describeCause("constructor")).toBe("constructor");
  expect(describeCause("")).toBe("");
});
