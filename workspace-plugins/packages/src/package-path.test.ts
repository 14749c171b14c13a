import { expect, test } from "vitest";
import { isPackagePath, openPathTree } from "./package-path.ts";

function added(...paths: readonly (readonly [string, "file" | "folder"])[]) {
  const tree = openPathTree();
  return paths.map(([path, kind]) => (isPackagePath(path) ? tree.add(path, kind) : "no path"));
}

test("a file stands once, a folder as often as it is told", () => {
  expect(added(["a", "file"], ["a", "file"])).toEqual([undefined, "duplicate"]);
  expect(added(["a", "folder"], ["a", "folder"])).toEqual([undefined, undefined]);
});

test("what is a file is no folder, in whichever order", () => {
  expect(added(["a", "file"], ["a/b", "file"])).toEqual([undefined, "file-and-folder"]);
  expect(added(["a/b", "file"], ["a", "file"])).toEqual([undefined, "file-and-folder"]);
  expect(added(["a", "file"], ["a", "folder"])).toEqual([undefined, "file-and-folder"]);
});

test("a tree counts the folders that nobody named, and each of them once", () => {
  const tree = openPathTree();
  const paths = ["a/b/c.py", "a/b/d.py", "a/e.py"].filter(isPackagePath);
  expect(paths.map((path) => tree.add(path, "file"))).toEqual([undefined, undefined, undefined]);
  expect(tree.size()).toBe(5);
});
