import { digestOf } from "@slipway/signature";
import type { Difference, TargetChange } from "@slipway/signature";
import { expect, test } from "vitest";
import { affectedJson, affectedLines } from "./affected-table.ts";

const edited: Difference = { kind: "file-changed", path: "debian/base.yml" };
const salted: Difference = { kind: "salt-changed", before: "a", after: "b" };

const changes: readonly TargetChange[] = [
  {
    target: "codex:image",
    change: "changed",
    causes: [
      { via: ["node:image", "debian:image"], difference: edited },
      { via: [], difference: salted },
    ],
  },
  { target: "new:pack", change: "added" },
  { target: "odd:pack", change: "changed", causes: [] },
  { target: "old:pack", change: "removed" },
  {
    target: "bad:pack",
    change: "unsigned",
    at: "base",
    failure: { reason: "file-unreadable", path: "bad/a", code: "EACCES" },
  },
];

test("each target that differs has a row with its first root cause and where that came in", () => {
  expect(affectedLines(changes, { all: 9 }).slice(2)).toEqual([
    "codex:image  debian/base.yml has other content (in debian:image), and 1 more",
    "new:pack     the target is new",
    "odd:pack     of what it builds on",
    "old:pack     the target is gone",
    "bad:pack     it cannot be signed at the base: file-unreadable",
    "4 of 9 targets are the same",
  ]);
});

test("without a change there is no table", () => {
  expect(affectedLines([], { all: 9 })).toEqual(["9 of 9 targets are the same"]);
});

test("machines get one object with all causes", () => {
  const [first, ...others] = changes;
  const base = digestOf("base");
  expect(JSON.parse(affectedJson(changes, { base, head: undefined, all: 9 }))).toEqual({
    schema: 1,
    base,
    head: "working tree",
    same: 4,
    targets: [
      {
        ...first,
        causes: [
          { via: ["node:image", "debian:image"], ...edited },
          { via: [], ...salted },
        ],
      },
      ...others,
    ],
  });
});
