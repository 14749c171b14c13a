import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Definition } from "../definition/definition.ts";
import type { ProcessesFailure } from "../failure.ts";
import { environmentOf } from "../record/environment.ts";
import { openLedger } from "../record/ledger.ts";
import type { TaskContext } from "../task.ts";
import type { ProcessIds } from "./shipped-ids.ts";

/** The processes that are deployed to a target, by what is recorded of it: all that `ao.yml` names. */
export async function recordedIds(
  task: Pick<TaskContext, "workspaceRoot" | "projectRoot" | "projectName">,
  definition: Definition,
  deployTarget: string,
): Promise<Result<ProcessIds, ProcessesFailure>> {
  const known = environmentOf(task, definition, deployTarget);
  if (!known.ok) return known;
  const ledger = openLedger(known.value.environment);
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
