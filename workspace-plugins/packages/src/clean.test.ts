import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanFolders, readableSize } from "./clean.ts";
import type { CleanOptions } from "./clean.ts";
import { openStaging } from "./staging.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-clean-"));
  await mkdir(at("envs", "e1"), { recursive: true });
  await mkdir(at("cache", "images"), { recursive: true });
  await mkdir(at("store", "sha256", "ab", "files"), { recursive: true });
  await writeFile(at("store", "sha256", "ab", "files", "a.py"), "12345", { mode: 0o444 });
  await writeFile(at("auth.json"), "{}");
  await chmod(at("store", "sha256", "ab", "files"), 0o555);
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(home, ".aigogo", ...names);
const left = async (...names: readonly string[]) => (await readdir(at(...names))).toSorted();

async function clean(options: Partial<CleanOptions>) {
  const { signal } = new AbortController();
  const cleaned = await cleanFolders({
    home,
    folders: [],
    isDry: false,
    signal,
    progress: () => {},
    ...options,
  });
  if (!cleaned.ok) throw new Error(cleaned.failure.reason);
  return cleaned.value;
}

describe("clean", () => {
  test("without a folder only says how large they are", async () => {
    const { state, facts } = await clean({});
    expect([state, facts]).toEqual([
      "unchanged",
      { envs: "0 B in 1 entries", cache: "0 B in 1 entries", store: "5 B in 1 entries" },
    ]);
    expect(await left()).toEqual(["auth.json", "cache", "envs", "store"]);
    expect(await left("store")).toEqual(["sha256"]);
  });

  test("empties what was named and nothing else", async () => {
    const { state, folders } = await clean({ folders: ["store"] });
    expect(state).toBe("done");
    expect(folders.map(({ name, isRemoved }) => [name, isRemoved])).toEqual([
      ["envs", false],
      ["cache", false],
      ["store", true],
    ]);
    expect([await left("store"), await left("envs"), await left("cache")]).toEqual([
      [],
      ["e1"],
      ["images"],
    ]);
    expect((await clean({ folders: ["store"] })).cause).toBe("nothing-to-clean");
  });

  test("leaves what a run at work holds in the store, and sweeps what a killed one left", async () => {
    const { signal } = new AbortController();
    const held = await openStaging({ folder: at("store") }, { word: "held" }, { signal });
    if (!held.ok) throw new Error(held.failure.reason);
    await mkdir(at("store", "slipway", "incoming", "killed"), { recursive: true });
    await clean({ folders: ["store"] });
    expect([await left("store"), await left("store", "slipway", "incoming")]).toEqual([
      ["slipway"],
      ["held"],
    ]);
    await held.value[Symbol.asyncDispose]();
  });

  test("with --dry-run says the same and removes nothing", async () => {
    const { state, cause, facts } = await clean({ folders: ["store"], isDry: true });
    expect([state, cause, facts]).toEqual([
      "unchanged",
      "would-clean",
      { store: "5 B in 1 entries" },
    ]);
    expect(await left("store")).toEqual(["sha256"]);
  });

  test("empties a store that lies elsewhere, and follows no link out of it", async () => {
    const elsewhere = path.join(home, "elsewhere");
    const precious = path.join(home, "precious");
    await mkdir(elsewhere);
    await mkdir(precious);
    await writeFile(path.join(precious, "a"), "");
    await writeFile(path.join(elsewhere, "b"), "");
    await symlink(precious, path.join(elsewhere, "link"));
    await rm(at("store"), { recursive: true });
    await symlink(elsewhere, at("store"));
    await clean({ folders: ["store"] });
    expect([await readdir(elsewhere), await readdir(precious)]).toEqual([[], ["a"]]);
    expect(await left()).toContain("store");
  });

  test("stops between entries", async () => {
    const stopping = new AbortController();
    stopping.abort();
    const options = { home, isDry: false, signal: stopping.signal, progress: () => {} };
    expect(await cleanFolders({ ...options, folders: ["store"] })).toEqual(
      fail({ reason: "clean-stopped", folder: at("store") }),
    );
    expect(await left("store")).toEqual(["sha256"]);
  });

  const isRoot = process.getuid?.() === 0;

  test.runIf(isRoot)("of read-only folders needs no root", async () => {
    await chmod(home, 0o777);
    for (const file of ["", ...(await readdir(at(), { recursive: true }))]) {
      await chown(at(file), 65_534, 65_534);
    }
    const script = `
      const { rm } = await import("node:fs/promises");
      const { removeFolder } = await import(${JSON.stringify(path.join(import.meta.dirname, "place-folder.ts"))});
      const plain = await rm(process.argv[1], { recursive: true }).then(() => "removed", (error) => error.code);
      await removeFolder(process.argv[1]);
      console.log(plain);`;
    const { stdout } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", script, at("store", "sha256", "ab")],
      { uid: 65_534, gid: 65_534, encoding: "utf8" },
    );
    // Without our own removal it cannot be done, so the test is of what it says.
    expect(stdout).toBe("EACCES\n");
    expect(await left("store", "sha256")).toEqual([]);
  });
});

test.for([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1_572_864, "1.5 MiB"],
  [3 * 1024 ** 3, "3.0 GiB"],
] as const)("%d bytes are read as %s", ([bytes, text]) => expect(readableSize(bytes)).toBe(text));
