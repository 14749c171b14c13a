import { describe, expect, test } from "vitest";
import type { Candidate } from "./candidate.ts";
import { describeByName } from "./description.ts";
import type { Description } from "./description.ts";
import { newestFirst, rankPackages } from "./rank.ts";
import type { Query } from "./rank.ts";

function candidate(name: string, says: Partial<Description> = {}, version = "1.0.0"): Candidate {
  const description = { ...describeByName(name, version, "python"), ...says };
  const place = { kind: "build", reference: `${name}:${version}` } as const;
  return { id: `${name} ${version}`, description, place };
}

function namesFor(candidates: readonly Candidate[], query: Partial<Query>): readonly string[] {
  const found = rankPackages(candidates, { words: [], capabilities: [], ...query });
  return found.map(({ name, version }) => `${name} ${version}`);
}

test("a name counts more than a capability, that more than a summary, a text more than usage", () => {
  const candidates = [
    candidate("e", { usage: "counts words" }),
    candidate("d", { description: "counts words" }),
    candidate("c", { summary: "counts words" }),
    candidate("b", { capabilities: ["counts words"] }),
    candidate("words"),
    candidate("words-of-text"),
    candidate("none"),
  ];
  expect(namesFor(candidates, { words: ["words"] })).toEqual([
    "words 1.0.0",
    "words-of-text 1.0.0",
    "b 1.0.0",
    "c 1.0.0",
    "d 1.0.0",
    "e 1.0.0",
  ]);
});

test("every word has to be found, each in its own field, in any case and width", () => {
  const candidates = [
    candidate("text-tools", { capabilities: ["Count words"] }),
    candidate("text-other", { capabilities: ["cut"] }),
  ];
  expect(namesFor(candidates, { words: ["TEXT", "ｃount"] })).toEqual(["text-tools 1.0.0"]);
  expect(namesFor(candidates, { words: ["text", "absent"] })).toEqual([]);
});

test("a whole word counts more than a part of one", () => {
  const candidates = [
    candidate("a", { summary: "recounting" }),
    candidate("b", { summary: "can count, too" }),
  ];
  expect(namesFor(candidates, { words: ["count"] })).toEqual(["b 1.0.0", "a 1.0.0"]);
});

test("capabilities that are asked for are those that a package says it has", () => {
  const candidates = [
    candidate("a", { capabilities: ["count words", "summarise text"] }),
    candidate("b", { capabilities: ["count words"], summary: "summarise" }),
  ];
  expect(namesFor(candidates, { capabilities: ["Summarise"] })).toEqual(["a 1.0.0"]);
  expect(namesFor(candidates, { capabilities: ["summarise", "count"] })).toEqual(["a 1.0.0"]);
  expect(namesFor(candidates, { capabilities: ["count"], words: ["summarise"] })).toEqual([
    "a 1.0.0",
    "b 1.0.0",
  ]);
});

describe("equal scores are in one order", () => {
  test("by name, then the newest version, whatever the order of the places", () => {
    const candidates = [
      candidate("b", {}, "1.0.0"),
      candidate("a", {}, "1.9.0"),
      candidate("a", {}, "1.10.0"),
      candidate("a", {}, "1.10.0-rc.1"),
      candidate("a", {}, "nightly"),
    ];
    const expected = ["a 1.10.0", "a 1.10.0-rc.1", "a 1.9.0", "a nightly", "b 1.0.0"];
    expect(namesFor(candidates, { words: ["python"] })).toEqual(expected);
    expect(namesFor(candidates.toReversed(), { words: ["python"] })).toEqual(expected);
  });

  test("versions without semver are behind those with", () => {
    expect(["1.0", "2.0.0", "latest", "10.0.0"].toSorted(newestFirst)).toEqual([
      "10.0.0",
      "2.0.0",
      "latest",
      "1.0",
    ]);
  });
});

test("equal manifests are one package in several places", () => {
  const one = candidate("a");
  const place = { kind: "lock", key: "a_key", source: "localhost:5000/x/a:1" } as const;
  const [found, ...more] = rankPackages([one, { ...one, place }], {
    words: ["a_key"],
    capabilities: [],
  });
  expect(more).toEqual([]);
  expect(found?.places).toEqual([one.place, place]);
});

test("a word of signs means itself", () => {
  const candidates = [
    candidate("a", { summary: "c++ (fast)" }),
    candidate("b", { summary: "ccc" }),
  ];
  expect(namesFor(candidates, { words: ["c++"] })).toEqual(["a 1.0.0"]);
  expect(namesFor(candidates, { words: [".*"] })).toEqual([]);
});
