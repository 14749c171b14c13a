import { describe, expect, test } from "vitest";
import { allKnown, decideBuild, unknownIngredient } from "./ingredients.ts";
import type { BuildReason, CurrentIngredients, Ingredients } from "./ingredients.ts";

const recorded: Ingredients = {
  definition: "sha256:definition",
  dockerfile: "sha256:dockerfile",
  version: "1.0.0",
  base: "sha256:base",
  "extension 1": "marker sha256:marker",
  platform: "linux/amd64",
  engine: "28.5",
};

/** The reasons after a change of the table, by ingredient. */
function check(
  change: Partial<CurrentIngredients>,
  expected: readonly (readonly [BuildReason["kind"], string])[],
): void {
  const current = { ...allKnown(recorded), ...change } as CurrentIngredients;
  const reasons = decideBuild(recorded, current);
  const told = reasons.map((each) => ["ingredient" in each ? each.ingredient : "", each.kind]);
  expect(told).toEqual(expected.map(([kind, ingredient]) => [ingredient, kind]));
}

const known = (value: string) => ({ state: "known", value }) as const;

describe("an image is built", () => {
  test("that has no receipt", () => {
    expect(decideBuild(undefined, allKnown(recorded))).toEqual([{ kind: "never-built" }]);
  });

  test.each(Object.keys(recorded))("when its %s is another", (name) => {
    check({ [name]: known("another") }, [["ingredient-changed", name]]);
  });

  test("with one reason for each ingredient, and what it was and is", () => {
    const current = allKnown({ ...recorded, version: "2.0.0", base: "sha256:other" });
    expect(decideBuild(recorded, current)).toEqual([
      { kind: "ingredient-changed", ingredient: "version", before: "1.0.0", now: "2.0.0" },
      {
        kind: "ingredient-changed",
        ingredient: "base",
        before: "sha256:base",
        now: "sha256:other",
      },
    ]);
  });

  test("when an extension is added, or taken away", () => {
    check({ "extension 2": known("more sha256:more") }, [["ingredient-added", "extension 2"]]);
    const { "extension 1": _gone, ...rest } = allKnown(recorded);
    expect(decideBuild(recorded, rest)).toEqual([
      {
        kind: "ingredient-removed",
        ingredient: "extension 1",
        before: "marker sha256:marker",
      },
    ]);
  });

  test("when a registry says for certain that it has no such image any more", () => {
    check({ base: { state: "missing" } }, [["ingredient-missing", "base"]]);
  });
});

describe("an image stands", () => {
  test("while every ingredient is as it was", () => check({}, []));

  test("when a registry does not answer: not knowing never builds", () => {
    check({ base: { state: "unknown" }, version: { state: "unknown" } }, []);
  });

  test("when what was unknown at its build is known now, as after a first build without a network", () => {
    const before = { ...recorded, base: unknownIngredient };
    expect(decideBuild(before, allKnown(recorded))).toEqual([]);
  });
});
