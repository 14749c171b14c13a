import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { burst, openDice } from "../../test/random-bursts.ts";
import { openGitRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { expectTruth, openWatch } from "../../test/watch-rig.ts";

const rules: readonly {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly change: (rig: Rig) => void;
}[] = [
  { name: "an ignore file", change: (rig) => rig.write(".gitignore", "a\n") },
  { name: "an ignore file further down", change: (rig) => rig.write("a/.gitignore", "x\n") },
  { name: "info/exclude", change: (rig) => rig.write(".git/info/exclude", "b\n") },
  {
    name: "an excludes file that is configured",
    change: (rig) => {
      rig.write(".git/excluded", "b\n");
      rig.git("config", "core.excludesFile", path.join(rig.root, ".git/excluded"));
    },
  },
  {
    name: "a tracked file in an ignored folder",
    files: { ".gitignore": "out\n", "out/x": "x", "out/y": "y" },
    change: (rig) => rig.git("add", "-f", "out/x"),
  },
  {
    name: "a repository inside",
    change: (rig) => {
      rig.write("a/nested/z", "z");
      rig.write("a/nested/.gitignore", "ignored\n");
      rig.write("a/nested/ignored/x", "");
      rig.git("init", "-q", "a/nested");
    },
  },
  { name: "no repository any more", change: (rig) => rig.remove(".git") },
  { name: "a branch that is switched", change: (rig) => rig.git("checkout", "-q", "other") },
  { name: "a commit", change: (rig) => rig.git("commit", "--allow-empty", "-qm", "y") },
];

test.each(rules)("other rules are noticed: $name", async ({ files = {}, change }) => {
  using rig = openGitRig({ "a/x": "x", "a/c/x": "x", "b/y": "y", ...files });
  rig.git("commit", "-qm", "main");
  rig.git("checkout", "-qb", "other");
  rig.write("a/x", "other");
  rig.write("d/e/f", "new");
  rig.git("add", "-A");
  rig.git("commit", "-qm", "other");
  rig.git("checkout", "-q", "-");
  await using _watch = await openWatch(rig.root);
  await expectTruth(rig.root);
  change(rig);
  await expectTruth(rig.root);
  // What the rules let in, or let in no more, is watched as they say.
  for (const file of ["a/x", "b/y", "out/x", "out/z", "a/nested/z", "d/e/f", "b/new/er/file"]) {
    rig.write(file, "later");
    await expectTruth(rig.root);
  }
});

/** In a process of its own, whose queue has room for so many events. */
async function startWatcher(root: string, queuedEvents?: number) {
  const before = readFileSync(queueLimitFile, "utf8");
  if (queuedEvents !== undefined) writeFileSync(queueLimitFile, `${queuedEvents}`);
  try {
    const script = path.join(import.meta.dirname, "../../test/watch-process.ts");
    const child = spawn(process.execPath, [script, root], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect(await lines.next()).toEqual({ done: false, value: "ready" });
    return {
      child,
      async [Symbol.asyncDispose]() {
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        expect((await lines.next()).value).toBe(`{"ok":true,"value":"stopped"}`);
      },
    };
  } finally {
    // A queue keeps the limit that it was opened with.
    if (queuedEvents !== undefined) writeFileSync(queueLimitFile, before);
  }
}

const queueLimitFile = "/proc/sys/fs/inotify/max_queued_events";

test.each([1, 2, 3, 4])(
  "after each burst of changes (seed %i) the answer is what a reading finds",
  async (seed) => {
    using rig = openGitRig({
      ".gitignore": ".slipway\nout\n",
      "a/b/c/x": "x",
      "a/y": "y",
      "d/e": "e",
    });
    rig.git("commit", "-qm", "one");
    rig.git("branch", "-q", "one");
    rig.git("checkout", "-qb", "two");
    rig.write("a/b/two", "two");
    rig.remove("d");
    rig.git("add", "-A");
    rig.git("commit", "-qm", "two");
    await using _watcher = await startWatcher(rig.root);
    const dice = openDice(seed);
    for (let round = 0; round < 25; round += 1) {
      burst(rig, dice);
      await expectTruth(rig.root);
    }
  },
);

const canLimit = ((): boolean => {
  try {
    accessSync(queueLimitFile, constants.W_OK);
    return true;
  } catch {
    return false;
  }
})();

test.runIf(canLimit)("events that the kernel dropped are noticed, and all is read", async () => {
  using rig = openGitRig({ "a/x": "x", "b/y": "y" });
  await using watcher = await startWatcher(rig.root, 64);
  await expectTruth(rig.root);
  for (let round = 0; round < 5; round += 1) {
    // Nobody empties the queue: the first events fill it, and the one that counts is dropped.
    watcher.child.kill("SIGSTOP");
    for (let i = 0; i < 200; i += 1) rig.write(`a/file-${i}`, `${round}`);
    rig.write("b/y", `dropped ${round}`);
    watcher.child.kill("SIGCONT");
    await expectTruth(rig.root);
  }
});
