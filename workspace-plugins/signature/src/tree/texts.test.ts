import path from "node:path";
import { expect, test } from "vitest";
import { cacheOf, open, rootOf } from "../../test/tree-rig.ts";
import { never, openGitRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { digestOf } from "../digest.ts";
import type { Tree } from "./tree.ts";

async function digestIn(tree: Tree, file: string): Promise<unknown> {
  const files = tree.listing.files.filter((one) => one.kind === "file" && one.path === file);
  const { digests } = await tree.hash(tree.folder, files as never, never);
  const found = digests.get(file);
  return found && [found.digest, found.sizeBytes];
}

const lf = "one\ntwo\r\rthree\n";
const crlf = "one\r\ntwo\r\rthree\r\n";

test.for([
  ["text", true],
  ["eol=crlf", true],
  ["eol=lf", true],
  ["text=auto", false],
  ["text=auto eol=lf", false],
  ["-text eol=lf", false],
  ["binary", false],
] as const)(
  "with the attribute %s a checkout with CR LF is signed as one with LF: %s",
  async ([attribute, isText]) => {
    using rig = openGitRig({
      ".gitattributes": `a.txt ${attribute}\n`,
      "a.txt": crlf,
      "b.txt": crlf,
    });
    const tree = await open(rig.root);
    const asIs = [digestOf(crlf), crlf.length];
    expect(await digestIn(tree, "a.txt")).toEqual(isText ? [digestOf(lf), lf.length] : asIs);
    expect(await digestIn(tree, "b.txt")).toEqual(asIs);
  },
);

test.for([
  ["info/attributes", (rig: Rig) => rig.write(".git/info/attributes", "a.txt text\n")],
  [
    "core.attributesFile",
    (rig: Rig) => {
      rig.write(".git/more", "a.txt text\n");
      rig.git("config", "core.attributesFile", path.join(rig.root, ".git/more"));
    },
  ],
] as const)("what %s declares counts, with a cache and without", async ([, declare]) => {
  using rig = openGitRig({ "a.txt": crlf });
  using cache = cacheOf(rig);
  await cache.open();
  declare(rig);
  const asText = [digestOf(lf), lf.length];
  expect(await digestIn((await cache.open()).tree, "a.txt")).toEqual(asText);
  expect(await digestIn(await open(rig.root), "a.txt")).toEqual(asText);
});

test("both checkouts have one digest, with a cache and without", async () => {
  using rig = openGitRig({ ".gitattributes": "*.txt text\n", "a.txt": lf, "folder/b.txt": lf });
  using cache = cacheOf(rig);
  cache.settle();
  const { root } = await cache.open();
  rig.write("a.txt", crlf);
  rig.write("folder/b.txt", crlf);
  expect((await cache.open()).root).toBe(root);
  cache.settle();
  expect((await cache.open()).root).toBe(root);
  expect(await rootOf(await open(rig.root))).toBe(root);
  rig.write("folder/b.txt", `${crlf}x`);
  expect((await cache.open()).root).not.toBe(root);
});

test("a declaration that comes and goes is seen", async () => {
  using rig = openGitRig({ "a.txt": crlf });
  using cache = cacheOf(rig);
  cache.settle();
  const attributes = (text: string): void => {
    rig.write(".git/info/attributes", text);
  };
  const raw = await cache.open();
  attributes("a.txt text\n");
  const text = await cache.open();
  expect(text.root).not.toBe(raw.root);
  expect(text.tree.versionOf("")).not.toBe(raw.tree.versionOf(""));
  expect(await digestIn(text.tree, "a.txt")).toEqual([digestOf(lf), lf.length]);
  attributes("");
  expect((await cache.open()).root).toBe(raw.root);
});

test("a text of any size is read piece by piece, and no CR LF is missed between two", async () => {
  using rig = openGitRig({ ".gitattributes": "* text\n" });
  const line = `${"x".repeat(65_535)}\r\n`;
  const odd = `x${line.repeat(40)}\r`;
  rig.write("large.txt", odd);
  const tree = await open(rig.root);
  const normal = odd.replaceAll("\r\n", "\n");
  expect(await digestIn(tree, "large.txt")).toEqual([digestOf(normal), normal.length]);
});

test("a text that was digested later, on demand, is signed with LF too", async () => {
  using rig: Rig = openGitRig({ ".gitattributes": "*.txt text\n", "a.txt": crlf });
  const lazy = await open(rig.root);
  const before = lazy.versionOf("");
  expect(await digestIn(lazy, "a.txt")).toEqual([digestOf(lf), lf.length]);
  expect(await digestIn(lazy, "a.txt")).toEqual([digestOf(lf), lf.length]);
  expect(before).toMatch(/^[0-9a-f]{16}$/);
});
