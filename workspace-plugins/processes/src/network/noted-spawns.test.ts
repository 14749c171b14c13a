import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, hexOf, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import type { AoNetwork, Transaction } from "./network.ts";
import { notingSpawns } from "./noted-spawns.ts";

const made = { module: "m", scheduler: "s", authority: "a" };
const idOf = (letter: string) => letter.repeat(43);

/** A network that signs items by the letters of their data, and lists what it is told to. */
function networkThatLists(listed: readonly Transaction[]): AoNetwork {
  const network = {
    signSpawn: async (_made: unknown, { data }: { readonly data: string }) =>
      ok({ id: idOf(data), raw: new Uint8Array() }),
    itemsTagged: async () => ok(listed),
  } satisfies Partial<AoNetwork>;
  return network as unknown as AoNetwork;
}

test("a spawn is found by its settings before and after it is listed, by whichever checkout, once", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-notes-"));
  try {
    const spec = digestOf("settings");
    const tags = [{ name: "Deploy-Spec", value: spec }];
    const search = async (listed: readonly Transaction[], wanted: string = spec) => {
      const asked = notingSpawns(networkThatLists(listed), folder);
      const found = await asked.itemsTagged([{ name: "Deploy-Spec", values: [wanted] }]);
      return found.ok && found.value.map(({ id }) => id);
    };
    expect(await search([])).toEqual([]);
    const one = notingSpawns(networkThatLists([]), folder);
    await one.signSpawn(made, { tags, data: "A" });
    await one.signSpawn(made, { tags, data: "A" });
    expect(await readdir(path.join(folder, hexOf(spec)))).toHaveLength(1);
    expect(await search([])).toEqual([idOf("A")]);
    const listed = (letter: string) => ({ id: idOf(letter), tags, recipient: "", at: 0 });
    expect(await search([listed("B")])).toEqual([idOf("A"), idOf("B")]);
    expect(await search([listed("B"), listed("A")])).toEqual([idOf("B"), idOf("A")]);
    expect(await search([], digestOf("others"))).toEqual([]);
    expect(await search([], "../..")).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
