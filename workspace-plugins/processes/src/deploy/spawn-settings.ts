import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import type { ProcessDefinition } from "../definition/process.ts";
import type { Tag } from "../network/tag.ts";
import type { MadeFrom, Mode } from "../network/network.ts";

/** Everything that makes a process the one it is. Another value of any of it is another process. */
export type SpawnSettings = {
  readonly mode: Mode;
  readonly made: MadeFrom;
  readonly owner: string;
  /** The project, the deploy target and the process's name in `ao.yml`: one process each. */
  readonly project: string;
  readonly deployTarget: string;
  readonly process: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly cron: ProcessDefinition["cron"];
  /** The spawn carries the code, and runs it. */
  readonly onBoot: boolean;
};

/** What all processes of an environment have in common, where their definitions do not say other. */
export type SpawnPlace = Pick<
  SpawnSettings,
  "mode" | "made" | "owner" | "project" | "deployTarget"
>;

/** Of a process as its definition has it, at a place. */
export function settingsOf(
  name: string,
  definition: ProcessDefinition,
  place: SpawnPlace,
): SpawnSettings {
  const { module, scheduler, authority } = definition;
  return {
    ...place,
    made: {
      module: module ?? place.made.module,
      scheduler: scheduler ?? place.made.scheduler,
      authority: authority ?? place.made.authority,
    },
    process: name,
    name: definition.name ?? name,
    tags: definition.tags,
    cron: definition.cron,
    onBoot: definition.on_boot,
  };
}

export function spawnDigestOf(settings: SpawnSettings): Digest {
  const { mode, made, owner, project, deployTarget, process, name, cron, onBoot } = settings;
  const record = {
    version: 2,
    mode,
    module: made.module,
    scheduler: made.scheduler,
    authority: made.authority,
    owner,
    project,
    deployTarget,
    process,
    name,
    tags: pairsOf(settings.tags),
    cron: cron === undefined ? [] : [cron.interval, pairsOf(cron.tags)],
    onBoot,
  };
  return digestOf(JSON.stringify(record));
}

/** Of all items of one environment: by these a process whose record was lost is found again. */
export function environmentTags(
  settings: Pick<SpawnSettings, "project" | "deployTarget">,
): readonly Tag[] {
  return [
    { name: "Deploy-Project", value: settings.project },
    { name: "Deploy-Env", value: settings.deployTarget },
  ];
}

export function spawnTags(settings: SpawnSettings): readonly Tag[] {
  const { cron, onBoot } = settings;
  return [
    { name: "Name", value: settings.name },
    ...environmentTags(settings),
    { name: "Deploy-Process", value: settings.process },
    { name: "Deploy-Spec", value: spawnDigestOf(settings) },
    ...(onBoot ? [{ name: "On-Boot", value: "Data" }] : []),
    ...(cron === undefined ? [] : cronTags(cron)),
    ...tagsOf(settings.tags),
  ];
}

/** Of the message that evaluates code, or the spawn that does. */
export function codeTags(codeDigest: Digest, linksDigest: Digest): readonly Tag[] {
  return [
    { name: "Deploy-Code", value: codeDigest },
    { name: "Deploy-Links", value: linksDigest },
  ];
}

function cronTags({ interval, tags }: NonNullable<SpawnSettings["cron"]>): readonly Tag[] {
  const named = tagsOf(tags).map(({ name, value }) => ({ name: `Cron-Tag-${name}`, value }));
  return [{ name: "Cron-Interval", value: interval }, ...named];
}

function tagsOf(tags: Readonly<Record<string, string>>): readonly Tag[] {
  return pairsOf(tags).map(([name, value]) => ({ name, value }));
}

function pairsOf(tags: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
