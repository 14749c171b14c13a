import { expect, test } from "vitest";
import { never, openRig } from "../../test/rig.ts";
import { digestOfBytes } from "../digest.ts";
import { assemble } from "./assemble.ts";
import type { Block } from "./block.ts";
import { openCrew } from "./crew.ts";
import type { Crew, PassRequest } from "./crew.ts";

const folders = Array.from({ length: 50 }, (_, at) => `f${String(at).padStart(2, "0")}`);
const works = ["", ...folders].map((path) => ({ path, listed: undefined, folders: "" }));

/** Again until the thread beside had its part. */
async function runByTwo(crew: Crew, request: PassRequest): Promise<readonly Block[]> {
  for (;;) {
    const results = await crew.run(request, never);
    if (results.length === 2) return results.flatMap(({ blocks }) => blocks);
  }
}

function said(blocks: readonly Block[]): readonly string[] {
  const lines = blocks.map(({ path, names, message }) => {
    const digest = message === undefined ? "" : digestOfBytes(message.digest);
    return `${path}: ${names} ${digest}`;
  });
  return lines.toSorted();
}

test("two threads find what one finds, each folder once", async () => {
  const files = folders.flatMap((folder) => [`${folder}/a.txt`, `${folder}/b.txt`]);
  using rig = openRig(Object.fromEntries(files.map((file) => [file, file])));
  const asked = { root: rig.root, raceMs: Infinity, telling: undefined, hashes: true };
  const reading = { ...asked, old: undefined, works, only: undefined };
  await using one = openCrew();
  await using two = openCrew();
  two.expect(Infinity, "read");
  const [alone] = await one.run(reading, never);
  const found = await runByTwo(two, reading);
  expect(found).toHaveLength(51);
  expect(said(found)).toEqual(said(alone?.blocks ?? []));

  const known = new Map(found.map((block) => [block.path, block]));
  const old = assemble(known, undefined, { notes: "{}", memo: "" });
  const comparing = { ...asked, old, works: undefined, only: undefined };
  expect(await runByTwo(two, comparing)).toEqual([]);
  for (const folder of ["f00", "f49"]) rig.write(`${folder}/a.txt`, "changed");
  const changed = await runByTwo(two, comparing);
  const paths = changed.flatMap(({ path, isChanged }) => (isChanged ? [path] : []));
  expect(paths.toSorted()).toEqual(["f00", "f49"]);
});
