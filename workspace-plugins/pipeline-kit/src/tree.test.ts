import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { RepositorySchema } from "@slipway/pipeline-sdk/protocol";
import { expect, test } from "vitest";
import { openTree } from "./tree.ts";

test("files that are listed have a text, and links that lead to none have none", () => {
  const root = mkdtempSync(path.join(tmpdir(), "tree-"));
  mkdirSync(path.join(root, "folder"));
  writeFileSync(path.join(root, "folder/file"), "text");
  writeFileSync(path.join(root, "unlisted"), "text");
  for (const [link, target] of [
    ["file", "folder/file"],
    ["dangling", "nowhere"],
    ["to-folder", "folder"],
  ] as const) {
    symlinkSync(target, path.join(root, link));
  }
  const names = ["folder/file", "file", "dangling", "to-folder", "deleted"];
  const tree = openTree(
    create(RepositorySchema, { root, files: names.map((each) => ({ path: each })) }),
  );
  expect(tree.paths).toEqual(names);
  expect([...names, "unlisted"].map(tree.text)).toEqual([
    "text",
    "text",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  rmSync(root, { recursive: true });
  expect(openTree(undefined).paths).toEqual([]);
});
