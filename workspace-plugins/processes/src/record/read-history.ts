import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";
import { environmentOf } from "./environment.ts";
import { openLedger } from "./ledger.ts";
import type { HistoryEntry } from "./record.ts";

export type Told = HistoryEntry & { readonly deployTarget: string; readonly name: string };

/** What was done to the processes of a project, as its records say: of one deploy target or all, oldest first. */
export async function readHistory(
  task: Pick<TaskContext, "workspaceRoot" | "projectRoot" | "projectName">,
  asked: string | undefined,
): Promise<Result<readonly Told[], ProcessesFailure>> {
  const { workspaceRoot, projectRoot } = task;
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const told: Told[] = [];
  const deployTargets = asked === undefined ? Object.keys(definition.value.targets) : [asked];
  for (const deployTarget of deployTargets) {
    const known = environmentOf(task, definition.value, deployTarget);
    if (!known.ok) return known;
    const record = await openLedger(known.value.environment).read();
    if (!record.ok) return record;
    for (const [name, { history }] of Object.entries(record.value.processes)) {
      told.push(...history.map((entry) => ({ ...entry, deployTarget, name })));
    }
  }
  return ok(told.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)));
}
