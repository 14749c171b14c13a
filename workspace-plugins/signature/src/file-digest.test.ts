import { execFileSync } from "node:child_process";
import { utimesSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import { digestOf } from "./digest.ts";
import { digestFile } from "./file-digest.ts";

test("a file that changes each time it is read is refused, and read when it rests", () => {
  using rig = openRig();
  rig.write("a", "x");
  const file = path.join(rig.root, "a");
  let changes = 0;
  const change = (times: number) => () => {
    if (changes < times) utimesSync(file, (changes += 1), 0);
  };
  expect(digestFile(rig.root, "a", change(Infinity))).toEqual({
    ok: false,
    failure: { reason: "file-keeps-changing", path: "a" },
  });
  expect(changes).toBe(5);
  changes = 0;
  expect(digestFile(rig.root, "a", change(2))).toEqual({
    ok: true,
    value: { path: "a", digest: digestOf("x"), sizeBytes: 1, isExecutable: false },
  });
  expect(changes).toBe(2);
});

test("what has become a pipe is no empty file, and does not hold up the reader", () => {
  using rig = openRig();
  execFileSync("mkfifo", [path.join(rig.root, "pipe")]);
  expect(digestFile(rig.root, "pipe")).toEqual({
    ok: false,
    failure: { reason: "file-unreadable", path: "pipe", code: "not-a-file" },
  });
});
