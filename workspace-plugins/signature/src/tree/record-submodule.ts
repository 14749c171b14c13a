import { writeSha256 } from "../digest.ts";
import { constants } from "../file-system.ts";
import { cleanCommit } from "../git.ts";
import type { Block } from "./block.ts";
import { digestBytes, kind, state, statWidth } from "./snapshot.ts";

/**
 * Writes a submodule into the block of the folder that it lies in. Where nothing in its checkout differs from the commit
 * that is checked out it is one ingredient, a file with the text that git itself compares; else its files count, and
 * `false` is returned.
 */
export async function recordSubmodule(
  block: Block,
  entry: number,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const commit = await cleanCommit(folder, signal);
  if (commit === undefined) return false;
  const text = Buffer.from(`Subproject commit ${commit}\n`);
  block.kinds[entry] = kind.submodule;
  block.modes[entry] = constants.S_IFDIR;
  block.states[entry] = state.known;
  block.stats[entry * statWidth + 2] = text.byteLength;
  writeSha256(text, block.digests, entry * digestBytes);
  return true;
}
