import { deletePlanned, planDeletion } from "@slipway/packages/remote/delete";
import type { DeletionPlan } from "@slipway/packages";
import { columns } from "@slipway/report/table";
import { shortDigest } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { confirm } from "../confirm.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  all: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Deletes from a registry what was confirmed, and nothing that came there since. */
export async function deleteTags({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [reference = ""] = read.value.words;
  const { all = false, yes: isGiven = false, "dry-run": isDry = false } = read.value.options;
  const { registry, signal, progress, show, tell } = openPackageCall(read.value.options);
  const plan = await planDeletion({ reference, all, registry });
  if (!plan.ok) return tell(plan);
  if (isDry) return show({ wouldDelete: plan.value.manifests }, planRows(plan.value));
  for (const line of columns(planRows(plan.value))) progress(line);
  const confirmed = await confirm({ word: all ? "DELETE ALL" : "yes", isGiven, signal });
  if (!confirmed.ok) return tell(confirmed);
  return tell(await deletePlanned(registry, plan.value));
}

function planRows({ manifests }: DeletionPlan): readonly (readonly string[])[] {
  return manifests.map(({ digest, tags, signs }) => [
    `delete ${shortDigest(digest)}`,
    tags.length === 0 ? "no tag" : tags.join(", "),
    ...(signs === undefined ? [] : [`signature of ${shortDigest(signs)}`]),
  ]);
}
