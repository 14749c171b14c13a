import path from "node:path";
import { test } from "vitest";
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
