import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { UnitFailure } from "../failure.ts";
import type { Tag } from "../network/tag.ts";
import type { AoNetwork } from "../network/network.ts";
import { spawnTags } from "./spawn-settings.ts";
import type { SpawnSettings } from "./spawn-settings.ts";

export type SettingChange = { setting: string; before?: string; after?: string };

/** Tags of every process, of its protocol or of the deployment itself. */
const common =
  /^(?:data-protocol|type|content-type|sdk|timestamp|deploy-.*|signing-format|accept-.*|(?:.*-)?device)$/i;

/** Where the settings of a process differ from what it was spawned with, as its tags on the network say. */
export async function changedSettings(
  network: Pick<AoNetwork, "itemTagsOf">,
  process: string,
  settings: SpawnSettings,
): Promise<Result<readonly SettingChange[], UnitFailure>> {
  const found = await network.itemTagsOf(process);
  if (!found.ok) return found;
  const { module, scheduler, authority } = settings.made;
  const made = { Module: module, Scheduler: scheduler, Authority: authority };
  const variant = settings.mode === "legacy" ? "ao.TN.1" : "ao.N.1";
  const after = valuesOf([
    ...Object.entries({ ...made, Variant: variant }).map(([name, value]) => ({ name, value })),
    ...spawnTags(settings),
  ]);
  const before = valuesOf(found.value ?? []);
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return ok(
    names
      .filter((name) => before.get(name) !== after.get(name))
      .map((setting) => changeOf(setting, before.get(setting), after.get(setting))),
  );
}

function changeOf(
  setting: string,
  before: string | undefined,
  after: string | undefined,
): SettingChange {
  return {
    setting,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function valuesOf(tags: readonly Tag[]): ReadonlyMap<string, string> {
  return new Map(
    tags.filter(({ name }) => !common.test(name)).map(({ name, value }) => [name, value]),
  );
}
