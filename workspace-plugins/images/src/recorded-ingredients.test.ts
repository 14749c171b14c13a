import { describe, expect, test } from "vitest";
import { allKnown, decideBuild } from "./ingredients.ts";
import {
  annotationsOf,
  flatTable,
  ingredientsAnnotation,
  readAnnotation,
} from "./recorded-ingredients.ts";

const base = {
  definition: "sha256:base",
  "from-image": "scratch",
  platform: "linux/amd64",
  engine: "28.5",
};
const agent = {
  definition: "sha256:agent",
  base: "sha256:id",
  redistribution: "forbidden",
  platform: "linux/amd64",
  engine: "28.5",
};

describe("the table of an image for who has nothing below it", () => {
  test("has the rows of what it stands on under its name, and nothing of the engine", () => {
    expect(flatTable(agent, flatTable(base, undefined))).toEqual({
      definition: "sha256:agent",
      base: "sha256:id",
      redistribution: "forbidden",
      platform: "linux/amd64",
      "base definition": "sha256:base",
      "base from-image": "scratch",
    });
  });

  test("goes down as far as there are images, whose engine is another machine's business too", () => {
    const middle = { base: "sha256:low", definition: "sha256:middle", engine: "20.10" };
    expect(flatTable({ base: "sha256:m" }, flatTable(middle, base))).toEqual({
      base: "sha256:m",
      "base definition": "sha256:middle",
      "base base": "sha256:low",
      "base base definition": "sha256:base",
      "base base from-image": "scratch",
    });
  });

  test("has no rows of a pulled image, which is named by its digest", () => {
    expect(flatTable(base, { packages: "sha256:rootfs" })).toEqual({
      definition: "sha256:base",
      "from-image": "scratch",
      platform: "linux/amd64",
    });
  });

  test("tells a change below by its own row, also where the image below is not known", () => {
    const recorded = flatTable(agent, base);
    const { base: _id, ...known } = allKnown(
      flatTable(agent, { ...base, definition: "sha256:edited" }),
    );
    const current = { ...known, base: { state: "unknown" } as const };
    expect(decideBuild(recorded, current)).toEqual([
      {
        kind: "ingredient-changed",
        ingredient: "base definition",
        before: "sha256:base",
        now: "sha256:edited",
      },
    ]);
  });
});

describe("an annotation", () => {
  test("is read as it was written", () => {
    expect(readAnnotation(annotationsOf(agent))).toEqual(agent);
  });

  test.each([
    ["is missing", undefined],
    ["is no JSON", "{"],
    ["is no table", "[1]"],
    ["has other values than texts", '{"definition":1}'],
    ["has a row without an end", JSON.stringify({ definition: "x".repeat(1001) })],
    [
      "has rows without an end",
      JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [at, ""]))),
    ],
  ])("that %s says nothing", (_what, text) => {
    expect(readAnnotation(text === undefined ? {} : { [ingredientsAnnotation]: text })).toBe(
      undefined,
    );
  });
});
