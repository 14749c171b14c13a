import { digestOf } from "@slipway/signature";
import type { Difference } from "@slipway/signature";
import { expect, test } from "vitest";
import { describeDifference } from "./signature.ts";

const table: readonly (readonly [Difference, string])[] = [
  [{ kind: "first-run" }, "no run is on record"],
  [{ kind: "file-added", path: "a" }, "a is new"],
  [{ kind: "file-removed", path: "a" }, "a is gone"],
  [{ kind: "file-changed", path: "a" }, "a has other content"],
  [
    { kind: "executor-source-changed", path: "tools/executors/pack/executor.ts" },
    "the executor's own code is another: tools/executors/pack/executor.ts",
  ],
  [{ kind: "mode-changed", path: "a", isExecutable: true }, "a is executable now"],
  [{ kind: "mode-changed", path: "a", isExecutable: false }, "a is no longer executable"],
  [
    { kind: "symlink-changed", path: "a", before: undefined, after: "b" },
    "a was a file and is a symlink to b",
  ],
  [{ kind: "option-changed", name: "level", change: "removed" }, "option level is gone"],
  [{ kind: "env-changed", name: "CI", before: "set", after: "unset" }, "CI was set and is unset"],
  [{ kind: "env-changed", name: "CI", before: "set", after: "set" }, "CI has another value"],
  [
    {
      kind: "env-changed",
      name: "MODE",
      before: "set",
      after: "set",
      values: { before: "fast", after: 'so "slow"' },
    },
    String.raw`MODE was "fast" and is "so \"slow\""`,
  ],
  [
    { kind: "env-changed", name: "MODE", before: "unset", after: "set", values: { after: "fast" } },
    'MODE was unset and is "fast"',
  ],
  [{ kind: "tool-changed", name: "tar", before: "1", after: undefined }, "tar: 1 → none"],
  [
    {
      kind: "upstream-changed",
      id: "base:image",
      before: digestOf("a"),
      after: digestOf("b"),
    },
    "base:image changed",
  ],
  [
    { kind: "upstream-changed", id: "base:image", before: undefined, after: digestOf("b") },
    "it builds on base:image now",
  ],
  [
    { kind: "upstream-changed", id: "base:image", before: digestOf("a"), after: undefined },
    "it no longer builds on base:image",
  ],
  [{ kind: "output-changed", path: "dist/a", change: "added" }, "output dist/a is new"],
  [{ kind: "executor-changed", before: "a:b", after: "a:c" }, "executor: a:b → a:c"],
  [{ kind: "project-root-changed", before: "a", after: "b" }, "the project lay in a and lies in b"],
  [{ kind: "salt-changed", before: "", after: "again" }, "SLIPWAY_SALT is another"],
  [{ kind: "caching-changed", isCached: false }, "it is no longer cached"],
];

test.each(table)("%j", (difference, text) => {
  expect(describeDifference(difference)).toBe(text);
});
