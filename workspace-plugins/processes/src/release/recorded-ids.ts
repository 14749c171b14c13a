import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Definition } from "../definition/definition.ts";
import type { ProcessesFailure } from "../failure.ts";
import { openLedger } from "../record/ledger.ts";
import type { TaskContext } from "../task.ts";
import type { ProcessIds } from "./shipped-ids.ts";

/** The processes that are deployed to a target, by what is recorded of it: all that `ao.yml` names. */
export async function recordedIds(
  { workspaceRoot, projectRoot, projectName: project }: TaskContext,
  definition: Definition,
  deployTarget: string,
): Promise<Result<ProcessIds, ProcessesFailure>> {
  const target = definition.targets[deployTarget];
  const known = Object.keys(definition.targets);
  if (target === undefined) return fail({ reason: "deploy-target-unknown", deployTarget, known });
  const isLocal = target.network === "local";
  const ledger = openLedger({ workspaceRoot, projectRoot, project, deployTarget, isLocal });
  const record = await ledger.read();
  if (!record.ok) return record;
  const ids = new Map<string, string>();
  for (const name of Object.keys(definition.processes)) {
    const recorded = record.value.processes[name];
    if (recorded?.state !== "deployed")
      return fail({ reason: "release-undeployed", deployTarget, file: ledger.file });
    ids.set(name, recorded.process);
  }
  return ok(ids);
}
