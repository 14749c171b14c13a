import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesFailure } from "../failure.ts";
import { resume } from "./deployment.ts";
import type { Run } from "./deployment.ts";
import { spawnWaves } from "./order.ts";
import { linksOf } from "./survey.ts";
import type { WantedProcess } from "./survey.ts";

/** Ends every item of the journal, spawns before evaluations: these need their ids. Names the processes it ended one of. */
export async function resumeAll(
  run: Run,
  goals: readonly WantedProcess[],
): Promise<Result<ReadonlySet<string>, ProcessesFailure>> {
  const journal = await run.ledger.readJournal();
  if (!journal.ok) return journal;
  const resumed = new Set<string>();
  const { items } = journal.value;
  for (const name of Object.keys(items).filter((each) =>
    goals.every((goal) => goal.name !== each),
  )) {
    await run.ledger.journal(name, undefined);
  }
  for (const step of ["spawn", "evaluate"] as const) {
    for (const goal of spawnWaves(goals).flat()) {
      const pending = items[goal.name];
      if (pending?.step !== step) continue;
      const record = await run.ledger.read();
      if (!record.ok) return record;
      const { processes } = record.value;
      const ids = new Map(goals.map(({ name }) => [name, processes[name]?.process]));
      const ended = await resume(run, goal, { pending, links: linksOf(goal, ids) });
      if (!ended.ok) return ended;
      if (ended.value !== undefined) resumed.add(goal.name);
    }
  }
  return ok(resumed);
}
