import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addPackage } from "./add.ts";
import { writeBuild } from "./cache/build.ts";
import { cacheIn, parseCacheReference } from "./cache/cache.ts";
import { contentOf, integrityOf } from "./content.ts";
import type { PackageFile } from "./content.ts";
import { openOtherCut } from "./other-cut.ts";
import { isPackagePath } from "./package-path.ts";
import { removeTree } from "./remove-tree.ts";
import { stockContent } from "./stock.ts";
import { inspectEntry } from "./store.ts";
import { storeIn } from "./store-place.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-cut-"));
});
afterEach(async () => removeTree(home));

const { signal } = new AbortController();
const naming = { name: "demo", version: "1", language: "javascript" };

function files(contents: Readonly<Record<string, string>>): readonly PackageFile[] {
  return Object.entries(contents).map(([name, text]) => {
    if (!isPackagePath(name)) throw new Error(name);
    return { path: name, bytes: Buffer.from(text, "latin1") };
  });
}

const manifest = JSON.stringify({ ...naming, language: { name: "javascript" } });
/** What is looked at, and what somebody else would run: the same names, and the same integrity. */
const shown = { "a.png": "PNG\0b.js\0evil();//", "aigogo.json": manifest, "b.js": "good();" };
const meant = { "a.png": "PNG", "aigogo.json": manifest, "b.js": "evil();//" };

test("contents of the same names can have one integrity", () => {
  const two = [
    { "a.png": "PNG\0b.js\0evil();//", "b.js": "good();" },
    { "a.png": "PNG", "b.js": "evil();//\0b.js\0good();" },
  ];
  const [one, other] = two.map((each) => integrityOf(contentOf(files(each), naming)));
  expect(one).toBe(other);
});

test("such content is neither right in the store nor locked; what only looks like it is", async () => {
  const content = contentOf(files(shown), naming);
  await stockContent(storeIn(home), content, { signal });
  expect(await inspectEntry(storeIn(home), integrityOf(content))).toMatchObject({
    state: "damaged",
  });
  const add = async (name: string, contents: Readonly<Record<string, string>>) => {
    const reference = parseCacheReference(name);
    if (!reference.ok) throw new Error(name);
    await writeBuild(cacheIn(home), reference.value, files(contents), new Date(0));
    await mkdir(path.join(home, "app"), { recursive: true });
    return addPackage({
      reference: name,
      lockFile: path.join(home, "app/aigogo.lock"),
      store: storeIn(home),
      cache: cacheIn(home),
      registry: openRegistry(),
      signal,
    });
  };
  expect(await add("shown:1", shown)).toMatchObject({
    failure: { reason: "manifest-refused", problem: "content-ambiguous" },
  });
  expect(await add("meant:1", meant)).toMatchObject({ ok: true });
});

describe("another cut is found", () => {
  function check(contents: readonly string[], expected: boolean): void {
    for (const pieceBytes of [1, 3, 1000]) {
      const cut = openOtherCut(["a.js", "lib/\u00fc.js"]);
      for (const text of contents) {
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
          cut.see(bytes.subarray(at, at + pieceBytes));
        }
        cut.end();
      }
      expect(cut.isFound()).toBe(expected);
    }
  }

  test.for([
    ["x\0a.js\0y"],
    ["x\0a.js"],
    ["a.js\0x"],
    ["\0a.js"],
    ["\0\0\0a.js\0"],
    ["x\0lib/\u00fc.js\0"],
    ["x\0__manifest__\0{}"],
    [`${"x".repeat(5000)}\0a.js\0`],
  ])("in %j", ([text = ""]) => check(["plain", text, ""], true));

  test.for([
    ["a.js"],
    ["x a.js y"],
    ["x\0b.js\0y"],
    ["\0xa.js\0"],
    ["\0a.jsx\0"],
    ["\0".repeat(3000)],
    [`\0${"x".repeat(5000)}a.js\0`],
  ])("not in %j", ([text = ""]) => check([text, "a.js", text], false));
});
