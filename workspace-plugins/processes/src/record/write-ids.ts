import path from "node:path";
import { ok, replaceFolder, writeFileAtomically } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";
import { idsOf } from "./export-ids.ts";
import { idsJson, idsModule } from "./ids-text.ts";
import { environmentOf } from "./environment.ts";
import { openLedger } from "./ledger.ts";

const idsFolder = "dist/ao-ids";

/** The ids that the records of a project have, and nothing else of them: other code leaves these files as they are. */
export async function writeIds(
  task: Pick<TaskContext, "workspaceRoot" | "projectRoot" | "projectName">,
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const { workspaceRoot, projectRoot } = task;
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const ids: Record<string, Readonly<Record<string, string>>> = {};
  for (const deployTarget of Object.keys(definition.value.targets)) {
    const known = environmentOf(task, definition.value, deployTarget);
    if (!known.ok) return known;
    const record = await openLedger(known.value.environment).read();
    if (!record.ok) return record;
    const recorded = idsOf(record.value);
    if (Object.keys(recorded).length > 0) ids[deployTarget] = recorded;
  }
  await replaceFolder(path.join(workspaceRoot, projectRoot, idsFolder), async (partial) => {
    await writeFileAtomically(path.join(partial, "ids.json"), idsJson(ids));
    await writeFileAtomically(path.join(partial, "ids.ts"), idsModule(ids));
    return ok(undefined);
  });
  const counts = Object.entries(ids).map(
    ([name, each]) => [name, Object.keys(each).length] as const,
  );
  return ok({ state: "done", cause: "ids-written", facts: Object.fromEntries(counts) });
}
