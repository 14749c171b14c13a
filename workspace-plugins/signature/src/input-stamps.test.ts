import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { never, openGitRig } from "../test/rig.ts";
import { openTree } from "./tree/open-tree.ts";
import type { Rig } from "../test/rig.ts";
import { digestOf } from "./digest.ts";
import { lookAgain, openStamps } from "./input-stamps.ts";
import type { InputStamps, SecondLook } from "./input-stamps.ts";

const content = {
  ".gitignore": "dist\n",
  "app/a.txt": "a",
  "app/b.txt": "b",
  "app/src/c.txt": "c",
  "app/ao.yml": "one",
  "lib/x.txt": "x",
};

/** As if everything had been there for long, so that every stamp counts. */
const longAgo = { sinceMs: Date.now() + 60_000, outputs: ["app/dist/out"] };

function file(text: string, filePath: string) {
  return { path: filePath, digest: digestOf(text), sizeBytes: text.length, executable: false };
}

function stampsOf(rig: Rig, command = longAgo): InputStamps {
  return openStamps(
    rig.root,
    command,
  )({
    files: [
      file("a", "app/a.txt"),
      file("b", "app/b.txt"),
      file("c", "app/src/c.txt"),
      file("one", "app/ao.yml"),
      { path: "app/src/link", symlink: "c.txt" },
    ],
    filesets: [
      { patterns: ["app/**/*", "!app/dist/**"], includesIgnored: false },
      { patterns: ["lib/settings.json"], includesIgnored: false },
    ],
  });
}

function openApp(): Rig {
  const rig = openGitRig(content);
  rig.link("app/src/link", "c.txt");
  return rig;
}

async function look(rig: Rig, stamps: InputStamps): Promise<SecondLook> {
  const found = await lookAgain(rig.root, stamps, never);
  if (!found.ok) throw new Error(JSON.stringify(found.failure));
  return found.value;
}

/** What a change between two looks makes of the second one. */
async function check(change: (rig: Rig) => void, expected: unknown): Promise<void> {
  using rig = openApp();
  const stamps = stampsOf(rig);
  change(rig);
  expect(await look(rig, stamps)).toMatchObject(expected as object);
}

test("nothing touched is the same, and outputs are nothing", async () => {
  await check(() => {}, { state: "same" });
  await check(
    (rig) => {
      rig.write("app/dist/out/result", "made");
      rig.write("lib/unrelated.txt", "new");
    },
    { state: "same" },
  );
});

test.each<[string, (rig: Rig) => void, readonly string[]]>([
  ["another content", (rig) => rig.write("app/a.txt", "A"), ["app/a.txt"]],
  ["the executable bit", (rig) => rig.makeExecutable("app/a.txt"), ["app/a.txt"]],
  ["another link", (rig) => rig.link("app/src/link", "../a.txt"), ["app/src/link"]],
  ["a file for a link", (rig) => rig.link("app/a.txt", "b.txt"), ["app/a.txt"]],
  ["a new file", (rig) => rig.write("app/src/new.txt", ""), ["app/src/new.txt"]],
  ["a new file beside an output", (rig) => rig.write("app/new.txt", ""), ["app/new.txt"]],
  ["a new folder", (rig) => rig.write("app/src/deep/new.txt", ""), ["app/src/deep/new.txt"]],
  ["a lost file", (rig) => rig.remove("app/src/c.txt"), ["app/src/c.txt"]],
  ["a file that was absent", (rig) => rig.write("lib/settings.json", ""), ["lib/settings.json"]],
])("%s is a change", async (_name, change, paths) => {
  await check(change, { state: "changed", paths });
});

test("the same size with the time restored is a change", async () => {
  await check(
    (rig) => {
      const target = path.join(rig.root, "app/a.txt");
      const { atime, mtime } = statSync(target);
      writeFileSync(target, "A");
      utimesSync(target, atime, mtime);
    },
    { state: "changed", paths: ["app/a.txt"] },
  );
});

test("swapped contents are a change of both", async () => {
  await check(
    (rig) => {
      const place = (name: string): string => path.join(rig.root, "app", name);
      renameSync(place("a.txt"), place("aside"));
      renameSync(place("b.txt"), place("a.txt"));
      renameSync(place("aside"), place("b.txt"));
    },
    { state: "changed", paths: ["app/a.txt", "app/b.txt"] },
  );
});

test("what was changed and put back was touched; after that look it is the same", async () => {
  using rig = openApp();
  const stamps = stampsOf(rig);
  rig.write("app/a.txt", "A");
  rig.write("app/a.txt", "a");
  rig.write("app/src/new.txt", "");
  rig.remove("app/src/new.txt");
  const touched = await look(rig, stamps);
  expect(touched).toMatchObject({ state: "touched", paths: ["app/a.txt", "app/src/"] });
  if (touched.state === "changed") throw new Error("internal: it was put back");
  expect(await look(rig, touched.stamps)).toMatchObject({ state: "same" });
});

test("what has just changed has no stamp, and is told by its content", async () => {
  using rig = openApp();
  const stamps = stampsOf(rig, { ...longAgo, sinceMs: Date.now() });
  expect(stamps.files.map((one) => one.stamp)).toEqual(Array.from({ length: 5 }));
  rig.write("app/a.txt", readFileSync(path.join(rig.root, "app/a.txt")));
  mkdirSync(path.join(rig.root, "app/empty"));
  const second = await look(rig, stamps);
  expect(second.state).not.toBe("changed");
  rig.write("app/a.txt", "A");
  expect(await look(rig, stamps)).toEqual({ state: "changed", paths: ["app/a.txt"] });
});

test("a submodule is looked into, though its own stat stays", async () => {
  using library = openGitRig({ "deep/lib.c": "int x;\n" });
  library.git("commit", "-qm", "library");
  using rig = openGitRig({ "a.txt": "a" });
  rig.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", library.root, "sub");
  rig.git("commit", "-qm", "with a submodule");
  const tree = await openTree(rig.root, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  const asked = tree.value.listing.files.filter((one) => one.kind === "file" && one.path === "sub");
  const { digests } = await tree.value.hash(
    rig.root,
    asked.filter((one) => one.kind === "file"),
    never,
  );
  const sub = digests.get("sub");
  if (sub === undefined) throw new Error("no submodule");
  const { digest, sizeBytes } = sub;
  const stamps = openStamps(
    rig.root,
    longAgo,
  )({ files: [{ path: "sub", digest, sizeBytes, executable: false }], filesets: [] });
  const first = await look(rig, stamps);
  expect(first.state).toBe("same");
  rig.write("sub/deep/lib.c", "int y;\n");
  expect(await look(rig, first.state === "same" ? first.stamps : stamps)).toEqual({
    state: "changed",
    paths: ["sub"],
  });
});
