import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { hasCode, hexOf, ok, parseDigest } from "@slipway/signature/basics";
import type { AoNetwork, Transaction } from "./network.ts";
import type { Tag } from "./tag.ts";

/** Of the settings that a process is spawned from; by it processes are searched for. */
const specTag = "Deploy-Spec";

/**
 * A network on which every spawn is noted in a folder of the user when it is signed: it is found again by its settings
 * before a gateway lists it, also when the checkout with record and journal is gone.
 */
export function notingSpawns(network: AoNetwork, folder: string): AoNetwork {
  return {
    ...network,
    signSpawn: async (made, spawn, how) => {
      const signed = await network.signSpawn(made, spawn, how);
      const spec = specIn(spawn.tags);
      if (signed.ok && spec !== undefined) await note(path.join(folder, spec), signed.value.id);
      return signed;
    },
    itemsTagged: async (tags) => {
      const listed = await network.itemsTagged(tags);
      const wanted = tags.find(({ name }) => name === specTag)?.values;
      if (!listed.ok || wanted === undefined) return listed;
      const noted = (await Promise.all(wanted.map((spec) => notedAs(folder, spec)))).flat();
      const known = new Set(listed.value.map(({ id }) => id));
      // What is not listed yet is newer than what is.
      return ok([...noted.filter(({ id }) => !known.has(id)), ...listed.value]);
    },
  };
}

function specIn(tags: readonly Tag[]): string | undefined {
  const digest = parseDigest(tags.find(({ name }) => name === specTag)?.value ?? "");
  return digest === undefined ? undefined : hexOf(digest);
}

const noteName = /^\d{13}-([\w-]{43})$/;

async function note(folder: string, id: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await namesIn(folder);
  if (names.some((name) => noteName.exec(name)?.[1] === id)) return;
  await writeFile(path.join(folder, `${Date.now()}-${id}`), "", { mode: 0o600 });
}

/** The newest first. */
async function notedAs(folder: string, spec: string): Promise<readonly Transaction[]> {
  const digest = parseDigest(spec);
  if (digest === undefined) return [];
  const names = await namesIn(path.join(folder, hexOf(digest)));
  const ids = names
    .toSorted()
    .toReversed()
    .map((name) => noteName.exec(name)?.[1]);
  return ids
    .filter((id) => id !== undefined)
    .map((id) => ({ id, tags: [{ name: specTag, value: spec }], recipient: "", at: undefined }));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return [];
    throw error;
  }
}
