import { inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import type { ProcessRecord } from "../record/record.ts";
import { adoptCode, adoptProcess, evaluateCode, spawnProcess } from "./deployment.ts";
import type { Run } from "./deployment.ts";
import { evaluationWaves, spawnWaves } from "./order.ts";
import { atOnce, linksOf } from "./survey.ts";
import type { Surveyed } from "./survey.ts";
import { isRepeatable } from "./unlisted.ts";

/** What was done to one process. */
export type Done = {
  readonly name: string;
  readonly state: "done" | "unchanged";
  readonly cause: ProcessesCause;
  readonly record: ProcessRecord;
  /** The process that clients knew before. */
  readonly replaced: string | undefined;
};

/**
 * Spawns what is to be spawned, in the order of needs, then evaluates: all ids are known by then. What does not need
 * each other goes on at once.
 */
export async function execute(
  run: Run,
  surveyed: readonly Surveyed[],
): Promise<Result<readonly Done[], ProcessesFailure>> {
  const all = surveyed.map((each) => ({ ...each, ...namesOf(each) }));
  const records = new Map<string, ProcessRecord>();
  for (const { name, record, step } of all) {
    if (record !== undefined && step.step !== "spawn") records.set(name, record);
  }
  const ids = () => new Map([...records].map(([name, { process }]) => [name, process]));
  const spawned = await eachWave(spawnWaves(all), async (each) => {
    if (each.step.step !== "spawn") return ok(undefined);
    const links = linksOf(each.goal, ids());
    const record = await spawnProcess(run, each.goal, {
      links: each.onBoot ? needed(links) : {},
      isRepeatable: isRepeatable(run, each.step),
    });
    if (record.ok) records.set(each.name, record.value);
    return record;
  });
  if (!spawned.ok) return spawned;
  const evaluated = await eachWave(evaluationWaves(all), async (each) => {
    const record = records.get(each.name);
    if (record === undefined) throw new Error("internal: a process that was not spawned");
    const agreed = await agree(run, each, record, needed(linksOf(each.goal, ids())));
    if (agreed.ok) records.set(each.name, agreed.value);
    return agreed;
  });
  if (!evaluated.ok) return evaluated;
  return ok(all.map((each) => doneOf(each, records)));
}

async function agree(
  run: Run,
  { goal, step, record: before, isFound }: Surveyed,
  record: ProcessRecord,
  links: Readonly<Record<string, string>>,
): Promise<Result<ProcessRecord, ProcessesFailure>> {
  const { process } = record;
  if (step.step === "nothing" || (record.state === "deployed" && step.step === "spawn"))
    return ok(record);
  if (step.step === "record") return ok(await adoptCode(run, goal, { process, links, isFound }));
  if (isFound) await adoptProcess(run, record, goal.name);
  const isSame = before?.process === process && before.state === "deployed";
  return evaluateCode(run, goal, { process, links, earlier: isSame ? before.handlers : [] });
}

async function eachWave<Each>(
  waves: readonly (readonly Each[])[],
  work: (each: Each) => Promise<Result<unknown, ProcessesFailure>>,
): Promise<Result<void, ProcessesFailure>> {
  for (const wave of waves) {
    const done = await inParallel(atOnce, wave, work);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

function namesOf({ goal }: Surveyed) {
  return { name: goal.name, needs: goal.needs, onBoot: goal.onBoot };
}

function needed(links: Readonly<Record<string, string>> | undefined) {
  if (links === undefined) throw new Error("internal: a need that was not spawned before");
  return links;
}

function doneOf(
  { goal, step, record, replaced: earlier }: Surveyed,
  records: ReadonlyMap<string, ProcessRecord>,
): Done {
  const now = records.get(goal.name);
  if (now === undefined || step.step === "refuse") throw new Error("internal: nothing was done");
  const { name } = goal;
  const before = earlier ?? record?.process;
  const replaced = before === now.process ? undefined : before;
  return step.step === "nothing"
    ? { name, state: "unchanged", cause: "live-code-agrees", record: now, replaced }
    : { name, state: "done", cause: step.cause, record: now, replaced };
}
