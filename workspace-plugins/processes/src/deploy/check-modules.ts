import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { DeployFailure, UnitFailure } from "../failure.ts";
import type { Tag } from "../network/tag.ts";
import type { AoNetwork } from "../network/network.ts";
import type { Surveyed } from "./survey.ts";

/** A process of a module that nobody knows is accepted by the network, and answers nothing for ever. */
export async function checkModules(
  network: Pick<AoNetwork, "itemTagsOf">,
  surveyed: readonly Surveyed[],
): Promise<Result<void, UnitFailure | DeployFailure>> {
  const spawned = surveyed.filter(({ step }) => step.step === "spawn");
  for (const module of new Set(spawned.map(({ goal }) => goal.settings.made.module))) {
    const tags = await network.itemTagsOf(module);
    if (!tags.ok) return tags;
    const problem = problemOf(tags.value);
    if (problem !== undefined) return fail({ reason: "module-unknown", module, problem });
  }
  return ok(undefined);
}

const expected = { "Data-Protocol": "ao", Type: "Module" } as const;

function problemOf(tags: readonly Tag[] | undefined): string | undefined {
  if (tags === undefined) return "there is no such item";
  for (const [name, value] of Object.entries(expected)) {
    const found = tags.find((tag) => tag.name === name)?.value;
    if (found !== value) return `its tag ${name} is ${found ?? "not there"}, and not ${value}`;
  }
  return undefined;
}
