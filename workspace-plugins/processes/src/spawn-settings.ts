import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import type { Site, Tag } from "./network.ts";

/** Everything that makes a process the one it is. Another value of any of it is another process. */
export type SpawnSettings = {
  readonly mode: "legacy";
  readonly site: Pick<Site, "module" | "scheduler" | "authority">;
  readonly owner: string;
  /** The project and the deploy target: one process each. */
  readonly project: string;
  readonly deployTarget: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
};

export function spawnDigestOf(settings: SpawnSettings): Digest {
  const { mode, site, owner, project, deployTarget, name } = settings;
  const record = {
    version: 1,
    mode,
    module: site.module,
    scheduler: site.scheduler,
    authority: site.authority,
    owner,
    project,
    deployTarget,
    name,
    tags: sortedTags(settings.tags).map((tag) => [tag.name, tag.value]),
  };
  return digestOf(JSON.stringify(record));
}

/** By these a process whose record was lost is found again. */
export function deployTags(settings: SpawnSettings): readonly Tag[] {
  return [
    { name: "Deploy-Project", value: settings.project },
    { name: "Deploy-Env", value: settings.deployTarget },
    { name: "Deploy-Spec", value: spawnDigestOf(settings) },
  ];
}

export function spawnTags(settings: SpawnSettings): readonly Tag[] {
  return [
    { name: "Name", value: settings.name },
    { name: "Authority", value: settings.site.authority },
    ...deployTags(settings),
    ...sortedTags(settings.tags),
  ];
}

function sortedTags(tags: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(tags)
    .map(([name, value]) => ({ name, value }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
