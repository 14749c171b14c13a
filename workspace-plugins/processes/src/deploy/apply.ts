import path from "node:path";
import { canonicalJson, fail, ok, readTextIfPresent, takeLock } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { parseShaped } from "../json.ts";
import type { TaskContext } from "../task.ts";
import {
  agree,
  bundledGoals,
  carryOut,
  exportEnvironment,
  openRun,
  outcomeOf,
  surveyEnvironment,
} from "./deploy.ts";
import type { WantedEnvironment } from "./deploy.ts";
import { makePlan, movedSince, Plan } from "./plan.ts";
import { settle } from "./settle.ts";
import type { DeployOptions, Effects, Settled } from "./settle.ts";
import type { Surveyed } from "./survey.ts";

/** What `ao-deploy` would do now, read and not written; nothing is signed. */
export async function planProject(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Result<Plan, ProcessesFailure>> {
  const settled = await settle(task, options, effects);
  if (!settled.ok) return settled;
  const planned = await planNow(task, settled.value);
  return planned.ok ? ok(planned.value.plan) : planned;
}

/** Whether a plan comes to items that are sent: new ones, or those of an earlier run. */
export function signsAnything({ interrupted, processes }: Plan): boolean {
  return interrupted.length > 0 || processes.some(({ items }) => items.length > 0);
}

/** A plan as it was written down. `file` is shown as it is given. */
export async function readPlan(
  folder: string,
  file: string,
): Promise<Result<Plan, ProcessesFailure>> {
  const text = await readTextIfPresent(path.resolve(folder, file));
  if (text === undefined) return fail({ reason: "plan-missing", file });
  const parsed = parseShaped(text, Plan);
  return parsed.ok ? parsed : fail({ reason: "plan-invalid", file, problem: parsed.failure });
}

/** Does exactly what a plan says, or, when anything that it was made from has moved since, nothing. */
export async function applyPlan(
  task: TaskContext,
  plan: Plan,
  { acceptStateLoss, ...effects }: Effects & Pick<DeployOptions, "acceptStateLoss"> = {},
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const { deployTarget } = plan;
  const settled = await settle(task, { deployTarget, acceptStateLoss }, effects);
  if (!settled.ok) return settled;
  const { ledger } = settled.value;
  using lock = takeLock(ledger.lockFile);
  if (lock === undefined) return fail({ reason: "ao-deploy-running", file: ledger.lockFile });
  const now = await planNow(task, settled.value);
  if (!now.ok) return now;
  const { wanted, surveyed } = now.value;
  if (canonicalJson(now.value.plan) !== canonicalJson(plan)) {
    return fail({ reason: "plan-stale", moved: movedSince(plan, now.value.plan) });
  }
  const run = openRun(task, settled.value);
  const done =
    plan.interrupted.length > 0
      ? await agree(run, wanted, task.once)
      : await carryOut(run, surveyed, { again: staleByNow });
  if (!done.ok) return done;
  const exported = await exportEnvironment(settled.value);
  return exported.ok ? ok(outcomeOf(done.value)) : exported;
}

type Planned = {
  readonly plan: Plan;
  readonly wanted: WantedEnvironment;
  readonly surveyed: readonly Surveyed[];
};

async function planNow(
  task: TaskContext,
  settled: Settled,
): Promise<Result<Planned, ProcessesFailure>> {
  const { environment, target, network, ledger, archive } = settled;
  const goals = await bundledGoals(settled);
  if (!goals.ok) return goals;
  const wanted = { goals: goals.value, strategy: target.strategy };
  const record = await ledger.read();
  if (!record.ok) return record;
  const known = { network, record: record.value };
  const surveyed = await surveyEnvironment(known, wanted, task.once);
  if (!surveyed.ok) return surveyed;
  const journal = await ledger.readJournal();
  if (!journal.ok) return journal;
  const { project, projectRoot, deployTarget } = environment;
  const { mode, strategy } = target;
  const head = { project, projectRoot, deployTarget, mode, strategy };
  const interrupted = Object.keys(journal.value.items);
  const parts = { head, network, archive, record: record.value, interrupted };
  const plan = await makePlan(parts, surveyed.value);
  return plan.ok ? ok({ plan: plan.value, wanted, surveyed: surveyed.value }) : plan;
}

/** A process that the plan did not know of is in the record by now: the next plan tells what is left to do. */
async function staleByNow(): Promise<Result<never, ProcessesFailure>> {
  return fail({ reason: "plan-stale", moved: ["the record"] });
}
