import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ok } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contentOf, integrityOf } from "./content.ts";
import type { LockedPackage } from "./lock.ts";
import { isPackageKey } from "./package-name.ts";
import { isPackagePath } from "./package-path.ts";
import { removeTree } from "./remove-tree.ts";
import { inspectLocked, stockContent } from "./stock.ts";
import type { SeenEntries } from "./stock.ts";
import { filesFolder, storeIn } from "./store-place.ts";
import type { Store } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

let home: string;
let store: Store;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-stock-"));
  store = storeIn(home);
});
afterEach(async () => removeTree(home));

async function stocked(): Promise<LockedPackage> {
  const [key, file] = ["demo", "a.py"];
  if (!isPackageKey(key, "python") || !isPackagePath(file)) throw new Error(key);
  const naming = { name: key, version: "1.0.0", language: "python" };
  const content = contentOf([{ path: file, bytes: Buffer.from("x = 1\n") }], naming);
  await stockContent(store, content, new AbortController());
  const source = "registry.example/team/demo:1.0.0";
  const integrity = integrityOf(content);
  return { key, version: "1.0.0", integrity, source, language: "python", files: [file] };
}

test("an entry that several projects of one run use is read once, and by the next run again", async () => {
  const locked = await stocked();
  const seen: SeenEntries = new Map();
  expect(await inspectLocked(store, [locked], seen)).toMatchObject([{ entry: { state: "right" } }]);
  const file = path.join(filesFolder(store, locked.integrity), "a.py");
  await chmod(file, 0o644);
  await writeFile(file, "x = 2\n");
  expect(await inspectLocked(store, [locked], seen)).toMatchObject([{ entry: { state: "right" } }]);
  expect(await inspectLocked(store, [locked])).toMatchObject([{ entry: { state: "damaged" } }]);
});

test("what one project has seen says nothing for a lock that lists other files", async () => {
  const locked = await stocked();
  const other = "b.py";
  if (!isPackagePath(other)) throw new Error(other);
  const seen: SeenEntries = new Map();
  await inspectLocked(store, [locked], seen);
  const listed = { ...locked, files: [other] };
  expect(await inspectLocked(store, [listed], seen)).toMatchObject([
    { entry: { state: "damaged", damage: { missing: ["b.py"], extra: ["a.py"] } } },
  ]);
});

test("a folder that cannot be written is a failure with its name; any other error is a bug", async () => {
  const refusing = (code: string) => async () => {
    throw Object.assign(new Error(`${code}: told`), { code });
  };
  for (const code of ["EACCES", "EROFS", "ENOSPC"]) {
    expect(await onFolder("/store", refusing(code))).toEqual({
      ok: false,
      failure: { reason: "folder-not-writable", folder: "/store", error: `${code}: told` },
    });
  }
  await expect(onFolder("/store", refusing("EMFILE"))).rejects.toThrow("EMFILE");
  expect(await onFolder("/store", async () => ok(1))).toEqual({ ok: true, value: 1 });
});
