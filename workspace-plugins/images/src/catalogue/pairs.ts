import { findExclusion } from "../definition.ts";
import type { AgentDefinition, BaseDefinition } from "../definition.ts";
import type { Catalogue, Entry, SoundEntry } from "./entry.ts";

type Architecture = BaseDefinition["architectures"][number];

/** Why an agent does not go on a base. */
export type Obstacle = "base_exclude" | "base_distro_exclude" | "architecture";

/** An agent and a base, both of them sound. */
export type Pair = {
  readonly agent: SoundEntry<AgentDefinition>;
  readonly base: SoundEntry<BaseDefinition>;
  /** Absent: it goes on it. */
  readonly obstacle?: Obstacle;
};

/** Every sound agent beside every sound base, in the order of their names; without `architecture`, for any of them. */
export function pairsOf(
  { agents, bases }: Pick<Catalogue, "agents" | "bases">,
  architecture?: Architecture,
): readonly Pair[] {
  return soundOf(agents).flatMap((agent) =>
    soundOf(bases).map((base) => {
      const obstacle = obstacleBetween(agent, base, architecture);
      return { agent, base, ...(obstacle === undefined ? {} : { obstacle }) };
    }),
  );
}

export function obstacleBetween(
  agent: SoundEntry<AgentDefinition>,
  base: SoundEntry<BaseDefinition>,
  architecture?: Architecture,
): Obstacle | undefined {
  const offer = { name: base.name, distro: base.definition.base_image_distro };
  const exclusion = findExclusion(agent.definition, offer);
  if (exclusion !== undefined || architecture === undefined) return exclusion;
  return base.definition.architectures.includes(architecture) ? undefined : "architecture";
}

export function soundOf<Definition>(
  entries: readonly Entry<Definition>[],
): readonly SoundEntry<Definition>[] {
  return entries.filter((entry) => entry.state === "sound");
}
