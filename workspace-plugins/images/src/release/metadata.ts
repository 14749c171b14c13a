import { stringify } from "yaml";
import { pairsOf, soundOf } from "../catalogue/pairs.ts";
import type { Catalogue } from "../catalogue/entry.ts";
import type { AgentDefinition } from "../definition.ts";
import { agentReference } from "../names.ts";

/** `images-metadata.yaml` of aicage's first releases (images.md, 1.4): what there is, and which agent goes on which base. */
export function writeMetadata(catalogue: Catalogue, version: string): string {
  const pairs = pairsOf(catalogue).filter(({ obstacle }) => obstacle === undefined);
  const bases: readonly Named[] = soundOf(catalogue.bases).map(({ name, definition }) => {
    const { from_image, base_image_distro, base_image_description } = definition;
    return [name, { from_image, base_image_distro, base_image_description }];
  });
  const agents: readonly Named[] = soundOf(catalogue.agents).map(({ name, definition }) => {
    const own = pairs.filter(({ agent }) => agent.name === name);
    const valid: readonly Named[] = own.map(({ base }) => [
      base.name,
      agentReference(name, base.name),
    ]);
    return [name, { ...described(definition), valid_bases: Object.fromEntries(valid) }];
  });
  return stringify({
    "aicage-image": { version },
    "aicage-image-base": { version },
    bases: Object.fromEntries(bases),
    agent: Object.fromEntries(agents),
  });
}

type Named = readonly [name: string, value: unknown];

/** Paths are one text or a list there, and nothing says which of them are files. */
function described(definition: AgentDefinition): object {
  const { agent_path, agent_full_name, agent_homepage, build_local } = definition;
  const paths = [...(agent_path?.directories ?? []), ...(agent_path?.files ?? [])];
  const [path] = paths;
  return {
    ...(path === undefined ? {} : { agent_path: paths.length === 1 ? path : paths }),
    agent_full_name,
    agent_homepage,
    build_local,
    ...(definition.base_exclude.length === 0 ? {} : { base_exclude: definition.base_exclude }),
    ...(definition.base_distro_exclude.length === 0
      ? {}
      : { base_distro_exclude: definition.base_distro_exclude }),
  };
}
