import { expect, test } from "vitest";
import { never, openGitRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { listFiles } from "./listing.ts";
import { treeFacts } from "./tree-facts.ts";

const projects = [
  { name: "app", root: "app" },
  { name: "my-lib", root: "lib" },
];

async function factsOf(rig: Rig, of = projects): Promise<Readonly<Record<string, string>>> {
  const listing = await listFiles(rig.root, never);
  return listing.ok ? treeFacts(listing.value, of) : {};
}

const files = { "app/a": "", "lib/b": "" };

test("each project has one fact, by the variable that carries it", async () => {
  using rig = openGitRig(files);
  expect(Object.keys(await factsOf(rig))).toEqual(["SLIPWAY_TREE_APP", "SLIPWAY_TREE_MY_LIB"]);
});

test("a mode bit and a symlink's target change the fact of their project alone; content does not", async () => {
  using rig = openGitRig(files);
  const before = await factsOf(rig);
  rig.write("app/a", "content");
  expect(await factsOf(rig)).toEqual(before);
  rig.makeExecutable("app/a");
  const executable = await factsOf(rig);
  expect(executable["SLIPWAY_TREE_APP"]).not.toBe(before["SLIPWAY_TREE_APP"]);
  expect(executable["SLIPWAY_TREE_MY_LIB"]).toBe(before["SLIPWAY_TREE_MY_LIB"]);
  rig.link("lib/link", "b");
  const linked = await factsOf(rig);
  rig.link("lib/link", "../app/a");
  expect(await factsOf(rig)).not.toEqual(linked);
  rig.link("lib/link", "b");
  expect(await factsOf(rig)).toEqual(linked);
});

test("projects whose names make the same variable share a fact over both", async () => {
  using rig = openGitRig(files);
  const alike = [
    { name: "an.app", root: "app" },
    { name: "an-app", root: "lib" },
  ];
  const before = await factsOf(rig, alike);
  rig.makeExecutable("lib/b");
  const after = await factsOf(rig, alike);
  expect(Object.keys(after)).toEqual(["SLIPWAY_TREE_AN_APP"]);
  expect(after).not.toEqual(before);
  expect(await factsOf(rig, alike.toReversed())).toEqual(after);
});
