import { readFile } from "node:fs/promises";
import { problemAt } from "@slipway/definitions";
import type { Problem } from "@slipway/definitions";
import { namesNear } from "@slipway/signature/names-near";
import type { AgentDefinition } from "../definition.ts";
import type { Catalogue, SoundEntry } from "./entry.ts";
import { soundOf } from "./pairs.ts";

/**
 * Exclusions of what is not there, but nearly: an agent may exclude bases that only others have, and a slip of the pen
 * looks the same until the agent is on a base where it does not run.
 */
export async function findDoubts({ agents, bases }: Catalogue): Promise<readonly Problem[]> {
  const names = bases.map(({ name }) => name);
  const distros = soundOf(bases).map(({ definition }) => definition.base_image_distro);
  const doubts = soundOf(agents).map((agent) =>
    doubtsOf(agent, { base_exclude: names, base_distro_exclude: distros }),
  );
  return (await Promise.all(doubts)).flat();
}

type Exclusions = Pick<AgentDefinition, "base_exclude" | "base_distro_exclude">;

async function doubtsOf(
  { file, definition }: SoundEntry<AgentDefinition>,
  known: Exclusions,
): Promise<readonly Problem[]> {
  const doubts = (["base_exclude", "base_distro_exclude"] as const).flatMap((field) =>
    definition[field].flatMap((word, at) => {
      const near = nearMisses(word, known[field]);
      const message = `${field}.${at}: excludes nothing here; did you mean ${near.join(" or ")}?`;
      return near.length === 0 ? [] : [{ path: [field, at], message }];
    }),
  );
  if (doubts.length === 0) return [];
  const source = { file, text: await readFile(file, "utf8") };
  return doubts.map(({ path, message }) => problemAt(source, path, message));
}

/** None for a word that is there, in any case of letters, or too short to be near to anything. */
function nearMisses(word: string, known: readonly string[]): readonly string[] {
  const asked = word.toLowerCase();
  const lower = new Map(known.map((name) => [name.toLowerCase(), name]));
  if (lower.has(asked) || asked.length < 4) return [];
  return namesNear([asked], [...lower.keys()]).map((name) => lower.get(name) ?? name);
}
