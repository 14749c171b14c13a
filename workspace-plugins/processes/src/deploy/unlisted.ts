import { inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesFailure } from "../failure.ts";
import type { Step } from "./decide.ts";
import { adoptProcess, spawnMessage } from "./deployment.ts";
import type { Run } from "./deployment.ts";
import { atOnce, foundRecord, linksOf } from "./survey.ts";
import type { Surveyed } from "./survey.ts";

/**
 * Whether a spawn is the same item each time, so that it can never make a second process. It is not where another
 * process of the same settings is meant: one with other code, or one whose state begins anew.
 */
export function isRepeatable({ origin }: Pick<Run, "origin">, step: Step): boolean {
  if (step.step !== "spawn" || origin?.did === "rolled-back") return false;
  return step.cause !== "code-changed" && step.cause !== "links-changed";
}

/**
 * Asks for what is about to be spawned by the id that it would have. A process that was spawned from the same settings
 * has it, also where record and journal were lost and no gateway lists it yet: it is ours from now on. Answers with the
 * names of such.
 */
export async function adoptUnlisted(
  run: Run,
  surveyed: readonly Surveyed[],
): Promise<Result<ReadonlySet<string>, ProcessesFailure>> {
  const ids = new Map(
    surveyed.map(({ goal, record, step }) => [
      goal.name,
      step.step === "spawn" ? undefined : record?.process,
    ]),
  );
  const spawned = surveyed.filter(({ step }) => isRepeatable(run, step));
  const adopted = await inParallel(atOnce, spawned, async ({ goal }) => {
    const links = goal.onBoot ? linksOf(goal, ids) : {};
    // Its code reads an id that is yet to come: it was never spawned with that.
    if (links === undefined) return ok([]);
    const message = spawnMessage(goal, links);
    const item = await run.network.signSpawn(goal.settings.made, message, { isRepeatable: true });
    if (!item.ok) return item;
    const { id } = item.value;
    const found = await run.network.find(id, id);
    // A unit that refuses to speak of it does not say that it is there; to send it again would make no second one.
    if (!found.ok) return found.failure.reason === "unit-refused" ? ok([]) : found;
    if (found.value === undefined) return ok([]);
    await adoptProcess(run, foundRecord(run.network, goal, id), goal.name);
    return ok([goal.name]);
  });
  return adopted.ok ? ok(new Set(adopted.value.flat())) : adopted;
}
