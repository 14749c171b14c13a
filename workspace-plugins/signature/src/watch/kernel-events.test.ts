import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { eventsCases } from "../../test/folder-events-cases.ts";
import { openRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { openKernelEvents } from "./kernel-events.ts";
import type { KernelEventsOptions, OpenWatch } from "./kernel-events.ts";

/** All folders of the rig watched, and those that were told. */
async function openWatched(rig: Rig, options: Partial<KernelEventsOptions> = {}) {
  const told = new Set<string>();
  const cookieFolder = mkdtempSync(path.join(tmpdir(), "slipway-cookies-"));
  const events = openKernelEvents(rig.root, {
    cookieFolder,
    onChange: (folder) => told.add(folder),
    ...options,
  });
  const folders = readdirSync(rig.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.relative(rig.root, path.join(entry.parentPath, entry.name)));
  const watching = ["", ...folders].map((folder) => events.watch(folder));
  return {
    events,
    told,
    watching,
    cookieFolder,
    async [Symbol.asyncDispose]() {
      await events[Symbol.asyncDispose]();
      rmSync(cookieFolder, { recursive: true, force: true });
    },
  };
}

test.each(eventsCases)("$name is told", async ({ files, change, told }) => {
  using rig = openRig(Object.fromEntries(files.map((file) => [file, "x"])));
  await using watched = await openWatched(rig);
  expect(await watched.events.settle()).toBe("complete");
  expect([...watched.told]).toEqual([]);
  change((relative) => path.join(rig.root, relative));
  expect(await watched.events.settle()).toBe("complete");
  expect(told.filter((folder) => !watched.told.has(folder))).toEqual([]);
});

test("a folder in the place of another is watched when it is watched again", async () => {
  using rig = openRig({ "a/x": "x", "b/y": "y" });
  await using watched = await openWatched(rig);
  renameSync(path.join(rig.root, "a"), path.join(rig.root, "c"));
  renameSync(path.join(rig.root, "b"), path.join(rig.root, "a"));
  await watched.events.settle();
  expect(["a", "b", "c"].map((folder) => watched.events.watch(folder))).toEqual([
    "opened",
    "gone",
    "opened",
  ]);
  watched.told.clear();
  rig.write("a/new", "");
  expect(await watched.events.settle()).toBe("complete");
  expect([...watched.told]).toEqual(["a"]);
});

test("a folder that was deleted and made again is watched when it is watched again", async () => {
  using rig = openRig({ "a/x": "x" });
  await using watched = await openWatched(rig);
  rig.remove("a");
  mkdirSync(path.join(rig.root, "a"));
  await watched.events.settle();
  expect(watched.events.watch("a")).toBe("opened");
  expect(watched.events.watch("a")).toBe("watched");
  watched.told.clear();
  rig.write("a/new", "");
  expect(await watched.events.settle()).toBe("complete");
  expect([...watched.told]).toEqual(["a"]);
});

test("what is no folder is gone, a symlink to one as well", async () => {
  using rig = openRig({ "a/x": "x" });
  rig.link("b", "a");
  await using watched = await openWatched(rig);
  expect(["b", "a/x", "nowhere"].map((folder) => watched.events.watch(folder))).toEqual([
    "gone",
    "gone",
    "gone",
  ]);
});

test("nothing more is told of a folder that is no longer watched", async () => {
  using rig = openRig({ "a/x": "x" });
  await using watched = await openWatched(rig);
  watched.events.unwatch("a");
  await watched.events.settle();
  watched.told.clear();
  rig.write("a/new", "");
  await watched.events.settle();
  expect([...watched.told]).toEqual([]);
});

test("more events at once than half of what the kernel keeps are lost, once", async () => {
  using rig = openRig({ "a/x": "x" });
  await using watched = await openWatched(rig, { queueLimit: 100 });
  for (let i = 0; i < 50; i += 1) rig.write(`a/${i}`, "");
  expect(await watched.events.settle()).toBe("lost");
  expect(await watched.events.settle()).toBe("complete");
});

test("fewer are not, however often", async () => {
  using rig = openRig({ "a/x": "x" });
  await using watched = await openWatched(rig, { queueLimit: 100 });
  const seen = new Set<string>();
  for (let i = 0; i < 50; i += 1) {
    rig.write(`a/${i}`, "");
    seen.add(await watched.events.settle());
  }
  expect([...seen]).toEqual(["complete"]);
});

test("a cookie that does not arrive means lost events", async () => {
  using rig = openRig({});
  const deaf: OpenWatch = () => ({ close: () => {} });
  await using watched = await openWatched(rig, { openWatch: deaf, patienceMs: 1 });
  expect(await watched.events.settle()).toBe("lost");
});

test("so does a folder of cookies that is gone", async () => {
  using rig = openRig({});
  const touched = Promise.withResolvers<void>();
  await using watched = await openWatched(rig, { onCookieFolder: () => touched.resolve() });
  rmSync(watched.cookieFolder, { recursive: true });
  expect(await watched.events.settle()).toBe("lost");
  await touched.promise;
});

test("a watch for which there is no room is refused, and one that fails later loses events", async () => {
  using rig = openRig({ "a/x": "x" });
  const fail: (() => void)[] = [];
  const full: OpenWatch = (folder, onEvent, onError) => {
    if (folder.endsWith("/a")) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    fail.push(onError);
    return watch(folder, (_, name) => onEvent(name ?? undefined));
  };
  await using watched = await openWatched(rig, { openWatch: full });
  expect(watched.watching).toEqual(["opened", "refused"]);
  expect(await watched.events.settle()).toBe("complete");
  fail[0]?.();
  expect(await watched.events.settle()).toBe("lost");
});
