import { execFileSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Digest } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentOf, integrityOf } from "./content.ts";
import type { PackageFile } from "./content.ts";
import { isPackagePath } from "./package-path.ts";
import { removeTree } from "./remove-tree.ts";
import { stockContent } from "./stock.ts";
import { inspectEntry } from "./store.ts";
import { entryFolder, storeIn } from "./store-place.ts";
import type { Store } from "./store-place.ts";

let home: string;
let store: Store;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-store-"));
  store = storeIn(home);
});
afterEach(async () => removeTree(home));

function file(name: string, text: string): PackageFile {
  if (!isPackagePath(name)) throw new Error(name);
  return { path: name, bytes: Buffer.from(text) };
}

const paths = (...names: readonly string[]) => names.filter(isPackagePath);
const manifest = '{"name":"demo","version":"1.0.0","language":{"name":"python"}}';
const files = [file("aigogo.json", manifest), file("a.py", "x = 1\n"), file("lib/b.py", "y = 2\n")];

async function stocked(those: readonly PackageFile[] = files): Promise<Digest> {
  const content = contentOf(those, { name: "demo", version: "1.0.0", language: "python" });
  const done = await stockContent(store, content, new AbortController());
  if (!done.ok) throw new Error(done.failure.reason);
  return integrityOf(content);
}

test("an entry lies where and as aigg has it: files read-only, the manifest beside them", async () => {
  const integrity = await stocked();
  const hex = integrity.slice("sha256:".length);
  const folder = path.join(home, ".aigogo/store/sha256", hex.slice(0, 2), hex);
  expect(entryFolder(store, integrity)).toBe(folder);
  const mode = async (name: string) => (await stat(path.join(folder, name))).mode & 0o777;
  expect(
    await Promise.all(["", "files", "files/lib", "files/a.py", "aigogo.json"].map(mode)),
  ).toEqual([0o755, 0o555, 0o555, 0o444, 0o644]);
  expect(await readFile(path.join(folder, "aigogo.json"), "utf8")).toBe(manifest);
  expect(await inspectEntry(store, integrity)).toMatchObject({ state: "right" });
});

test("what stands in for a manifest that is not shipped lies beside the files", async () => {
  const integrity = await stocked([file("a.py", "x = 1\n")]);
  // The second of aigogo's vectors.
  expect(integrity).toBe("sha256:31a26b5301356911a09c5ff0132e4d28a79bac4bdedc755c12ca2c567d2b3143");
  expect(await inspectEntry(store, integrity)).toEqual({ state: "right", files: ["a.py"] });
});

describe("an entry is damaged", () => {
  async function check(
    harm: (folder: string) => Promise<unknown>,
    damage: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const integrity = await stocked();
    const folder = entryFolder(store, integrity);
    for (const each of ["", "files", "files/lib"]) await chmod(path.join(folder, each), 0o755);
    await harm(folder);
    const listed = paths("aigogo.json", "a.py", "lib/b.py");
    expect(await inspectEntry(store, integrity, listed)).toEqual({ state: "damaged", damage });
  }

  test("by other bytes of the same length, though the time is as it was", () =>
    check(
      async (folder) => {
        const tampered = path.join(folder, "files/a.py");
        await chmod(tampered, 0o644);
        await writeFile(tampered, "x = 2\n");
      },
      { kind: "other-bytes" },
    ));

  test("by a file that is gone, and by one too many", async () => {
    await check((folder) => rm(path.join(folder, "files/a.py")), {
      kind: "other-files",
      missing: ["a.py"],
      extra: [],
    });
    await removeTree(store.folder);
    await check((folder) => writeFile(path.join(folder, "files/c.py"), ""), {
      kind: "other-files",
      missing: [],
      extra: ["c.py"],
    });
  });

  test("by a link, even one to the same bytes", () =>
    check(
      async (folder) => {
        const name = path.join(folder, "files/a.py");
        await rm(name);
        await writeFile(path.join(home, "a.py"), "x = 1\n");
        await symlink(path.join(home, "a.py"), name);
      },
      { kind: "odd-file", path: "a.py" },
    ));

  test("by a link in the place of all files, or of the entry, even one to the same bytes", async () => {
    await check(
      async (folder) => {
        await rename(path.join(folder, "files"), path.join(home, "elsewhere"));
        await symlink(path.join(home, "elsewhere"), path.join(folder, "files"));
      },
      { kind: "odd-file", path: "files" },
    );
    await removeTree(store.folder);
    await check(
      async (folder) => {
        await rename(folder, path.join(home, "other"));
        await symlink(path.join(home, "other"), folder);
      },
      { kind: "odd-file", path: "." },
    );
  });

  test("by a manifest that would be waited for without end, or fill the memory", async () => {
    await check(
      async (folder) => {
        await rm(path.join(folder, "aigogo.json"));
        execFileSync("mkfifo", [path.join(folder, "aigogo.json")]);
      },
      { kind: "odd-file", path: "aigogo.json" },
    );
    await removeTree(store.folder);
    await check((folder) => truncate(path.join(folder, "aigogo.json"), 2 ** 31), {
      kind: "odd-file",
      path: "aigogo.json",
    });
  });

  test("by another manifest beside the files", () =>
    check((folder) => writeFile(path.join(folder, "aigogo.json"), "{}"), { kind: "other-bytes" }));

  test("by a folder that is empty, as a run of aigg that was killed leaves it", () =>
    check(
      async (folder) => {
        await rm(folder, { recursive: true });
        await mkdir(folder);
      },
      { kind: "unreadable", error: "ENOENT" },
    ));
});

test("equal integrities of other files are told apart by the files that a lock lists", async () => {
  const split = [file("a", "1\u0000b\u00002")];
  const joined = [file("a", "1"), file("b", "2")];
  const integrity = await stocked(split);
  const naming = { name: "demo", version: "1.0.0", language: "python" };
  expect(integrityOf(contentOf(joined, naming))).toBe(integrity);
  expect(await inspectEntry(store, integrity, paths("a"))).toMatchObject({ state: "right" });
  expect(await inspectEntry(store, integrity, paths("a", "b"))).toEqual({
    state: "damaged",
    damage: { kind: "other-files", missing: ["b"], extra: [] },
  });
});

test("an entry that became a link is replaced, and what it leads to is not touched", async () => {
  const integrity = await stocked();
  const place = entryFolder(store, integrity);
  await removeTree(place);
  await mkdir(path.join(home, "other"), { mode: 0o700 });
  await symlink(path.join(home, "other"), place);
  await stocked();
  expect(await inspectEntry(store, integrity)).toMatchObject({ state: "right" });
  expect((await stat(path.join(home, "other"))).mode & 0o777).toBe(0o700);
});
