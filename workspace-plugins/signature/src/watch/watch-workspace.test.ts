import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { eventsCases } from "../../test/folder-events-cases.ts";
import { never, openGitRig, openRig } from "../../test/rig.ts";
import { expectTruth, openWatch } from "../../test/watch-rig.ts";
import { treeCacheFile } from "../tree/workspace-tree.ts";
import { askWatcher } from "./ask-watcher.ts";
import { placeOf, readAddress } from "./place.ts";
import { exchangeLine } from "./socket.ts";
import { watchWorkspace } from "./watch-workspace.ts";

const question = { ask: "tree", folder: "" } as const;

test.each(eventsCases.filter(({ name }) => !name.includes("UTF-8")))(
  "after $name the answer is what a reading finds",
  async ({ files, change }) => {
    using rig = openGitRig(Object.fromEntries(files.map((file) => [file, "x"])));
    await using _watch = await openWatch(rig.root);
    await expectTruth(rig.root);
    change((relative) => path.join(rig.root, relative));
    await expectTruth(rig.root);
    await expectTruth(rig.root, "a");
  },
);

test("a folder that is no repository is watched too", async () => {
  using rig = openRig({ "a/x": "x", "node_modules/b/y": "y" });
  await using _watch = await openWatch(rig.root);
  await expectTruth(rig.root);
  rig.write("a/b/c", "c");
  await expectTruth(rig.root);
  rig.git("init", "-q");
  rig.write("node_modules/b/y", "z");
  await expectTruth(rig.root);
});

test("what git ignores is not watched", async () => {
  using rig = openGitRig({ ".gitignore": "node_modules\n", "a/x": "x", "a/c/x": "x" });
  for (let i = 0; i < 50; i += 1) rig.write(`node_modules/package-${i}/index.js`, "");
  await using watch = await openWatch(rig.root);
  // The root, a and a/c.
  expect(watch.watched).toEqual({ files: 3, folders: 3 });
});

test("a write through another name of a file, of which no event tells, is found", async () => {
  using rig = openGitRig({ "a/x": "x" });
  using outside = openRig({});
  const other = path.join(outside.root, "other-name");
  linkSync(path.join(rig.root, "a/x"), other);
  await using _watch = await openWatch(rig.root);
  for (const text of ["1", "2"]) {
    writeFileSync(other, text);
    await expectTruth(rig.root);
  }
});

test("so is a write without an event to a file in a folder that changed lately", async () => {
  using rig = openGitRig({ "a/x": "x" });
  using outside = openRig({});
  const other = path.join(outside.root, "other-name");
  linkSync(path.join(rig.root, "a/x"), other);
  const file = openSync(other, "r+");
  // From here on the open file has no name that its writes are told by, as a mapped file has none.
  rmSync(other);
  await using _watch = await openWatch(rig.root);
  rig.write("a/y", "y");
  await expectTruth(rig.root);
  writeSync(file, "unheard", 0);
  closeSync(file);
  await expectTruth(rig.root);
});

test("a folder has one watcher", async () => {
  using rig = openGitRig({});
  await using _watch = await openWatch(rig.root);
  const options = { cacheFile: treeCacheFile(rig.root), signal: never, onReady: () => {} };
  expect(await watchWorkspace(rig.root, options)).toEqual({
    ok: false,
    failure: { reason: "watch-taken", folder: rig.root },
  });
});

test("it ends when it is told to, and leaves no socket", async () => {
  using rig = openGitRig({});
  const watch = await openWatch(rig.root);
  const socket = readAddress(rig.root);
  expect(statSync(path.dirname(socket ?? "")).mode & 0o777).toBe(0o700);
  await watch[Symbol.asyncDispose]();
  expect(await watch.ended).toEqual({ ok: true, value: "stopped" });
  expect(statSync(socket ?? "", { throwIfNoEntry: false })).toBeUndefined();
  expect(await askWatcher(rig.root, question)).toEqual({ state: "no-watcher" });
});

test.each([
  ["the folder goes", (root: string) => rmSync(root, { recursive: true })],
  ["the folder is moved", (root: string) => renameSync(root, `${root}-moved`)],
  [
    "its own folder goes",
    (root: string) => rmSync(path.join(root, ".slipway"), { recursive: true }),
  ],
])("it ends when %s", async (_, change) => {
  using rig = openGitRig({ "a/x": "x" });
  const watch = await openWatch(rig.root);
  change(rig.root);
  expect(await watch.ended).toEqual({ ok: true, value: "gone" });
  rmSync(`${rig.root}-moved`, { recursive: true, force: true });
});

test("what a watcher that was killed left behind is taken over", async () => {
  using rig = openGitRig({ "a/x": "x" });
  const { folder, address, cookies } = placeOf(rig.root);
  mkdirSync(cookies, { recursive: true });
  for (const name of ["socket", "cookies/cookie-1"]) writeFileSync(path.join(folder, name), "");
  writeFileSync(address, path.join(folder, "socket"));
  expect(await askWatcher(rig.root, question)).toEqual({ state: "no-watcher" });
  await using _watch = await openWatch(rig.root);
  await expectTruth(rig.root);
});

test("a folder too deep for a socket has it elsewhere", async () => {
  using rig = openRig({});
  const deep = path.join(rig.root, "d".repeat(60), "e".repeat(60));
  mkdirSync(deep, { recursive: true });
  const watch = await openWatch(deep);
  const socket = readAddress(deep) ?? "";
  expect(socket).toMatch(/\/slipway-watch-[^/]+\/socket$/);
  expect(statSync(path.dirname(socket)).mode & 0o777).toBe(0o700);
  await expectTruth(deep);
  await watch[Symbol.asyncDispose]();
  expect(statSync(path.dirname(socket), { throwIfNoEntry: false })).toBeUndefined();
});

test.each([
  ["is no question", "GET / HTTP/1.1"],
  ["is of another version", `{"version":99,"root":"","body":{}}`],
  ["is too long", "x".repeat(70_000)],
])("what %s is closed without an answer, and the next question has one", async (_, line) => {
  using rig = openGitRig({ "a/x": "x" });
  await using _watch = await openWatch(rig.root);
  const socket = readAddress(rig.root) ?? "";
  expect(await exchangeLine(socket, line, 10_000)).toBeUndefined();
  const rude = connect(socket).on("error", () => {});
  rude.end("{");
  await expectTruth(rig.root);
});

test("who listens and is no watcher is not believed, and who does not answer is not waited for", async () => {
  using rig = openGitRig({ "a/x": "x" });
  await using _watch = await openWatch(rig.root);
  using other = openGitRig({});
  mkdirSync(placeOf(other.root).folder, { recursive: true });
  writeFileSync(placeOf(other.root).address, readAddress(rig.root) ?? "");
  expect(await askWatcher(other.root, question)).toEqual({ state: "no-answer" });
});

test("the same bytes at another time are the same tree", async () => {
  using rig = openGitRig({ "a/x": "x" });
  await using _watch = await openWatch(rig.root);
  const before = await askWatcher(rig.root, question);
  utimesSync(path.join(rig.root, "a/x"), 1, 1);
  expect(await askWatcher(rig.root, question)).toEqual(before);
});
