import { fail, inParallel, ok, shortDigest, takeLock } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import { preflightOf } from "../definition/target.ts";
import type { DeployTarget } from "../definition/target.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { readBundle } from "../receipt.ts";
import { exportIds } from "../record/export-ids.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import { checkModules } from "./check-modules.ts";
import { headCommit } from "./commit.ts";
import type { Wanted } from "./decide.ts";
import type { Run } from "./deployment.ts";
import { execute } from "./execute.ts";
import type { Done } from "./execute.ts";
import { resumeAll } from "./resume.ts";
import { settle } from "./settle.ts";
import type { DeployOptions, Effects, Settled, SettledEnvironment } from "./settle.ts";
import { atOnce, survey } from "./survey.ts";
import { adoptUnlisted } from "./unlisted.ts";
import type { Surveyed, WantedProcess } from "./survey.ts";

type Deployed = Result<readonly Done[], ProcessesFailure>;

/** Makes the network agree with the receipt. One question for each process that does already. */
export async function deployProcess(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const settled = await settle(task, options, effects);
  if (!settled.ok) return settled;
  const goals = await bundledGoals(settled.value);
  if (!goals.ok) return goals;
  const deployed = await deployEnvironment(task, settled.value, { goals: goals.value });
  return deployed.ok ? ok(outcomeOf(deployed.value)) : deployed;
}

/**
 * What the bundles of a project want to be true, after their bytes were compared with the receipt. Where code comes by
 * promotion, only what was promoted before is wanted again.
 */
export async function bundledGoals({
  environment,
  processes,
  target: { promotion },
  ledger,
}: Settled): Promise<Result<readonly WantedProcess[], ProcessesFailure>> {
  const { workspaceRoot, projectRoot, project, deployTarget } = environment;
  if (promotion !== undefined) {
    const record = await ledger.read();
    if (!record.ok) return record;
    const others = processes
      .filter(({ name, bundled }) => !runs(record.value.processes[name], bundled.codeDigest))
      .map(({ name }) => name);
    const { from } = promotion;
    if (others.length > 0) {
      return fail({ reason: "promotion-only", deployTarget, from, project, processes: others });
    }
  }
  return inParallel(atOnce, processes, async ({ name, definition, bundled, settings }) => {
    const code = await readBundle(workspaceRoot, projectRoot, name, bundled);
    if (!code.ok) return code;
    const { codeDigest, handlers } = bundled;
    const { needs, on_boot: onBoot } = definition;
    return ok({ name, settings, code: code.value, codeDigest, handlers, needs, onBoot });
  });
}

function runs(record: ProcessRecord | undefined, codeDigest: Digest): boolean {
  return record?.state === "deployed" && record.codeDigest === codeDigest;
}

type Deployment = {
  readonly goals: readonly WantedProcess[];
  readonly origin?: Run["origin"];
};

/** One deployment of an environment at a time: what an earlier run began first, then what the network says. */
export async function deployEnvironment(
  task: TaskContext,
  settled: SettledEnvironment,
  { goals, origin }: Deployment,
): Promise<Deployed> {
  const { ledger, target } = settled;
  using lock = takeLock(ledger.lockFile);
  if (lock === undefined) return fail({ reason: "ao-deploy-running", file: ledger.lockFile });
  const run = openRun(task, settled, origin);
  const done = await agree(run, { goals, strategy: target.strategy }, task.once);
  if (!done.ok) return done;
  const exported = await exportEnvironment(settled);
  return exported.ok ? done : exported;
}

/** The ids of an environment, where `ao.yml` wants them. */
export async function exportEnvironment({
  environment,
  target,
  ledger,
}: Pick<SettledEnvironment, "environment" | "target" | "ledger">): Promise<
  Result<void, ProcessesFailure>
> {
  if (target.export === undefined) return ok(undefined);
  const record = await ledger.read();
  return record.ok ? exportIds(environment, target.export, record.value) : record;
}

export function openRun(
  task: TaskContext,
  settled: SettledEnvironment,
  origin?: Run["origin"],
): Run {
  const { environment, network, ledger, archive } = settled;
  const { signal } = task;
  // Before the first record is written: that is a change of the tree itself.
  const asked: { commit?: ReturnType<typeof headCommit> } = {};
  return {
    network,
    ledger,
    archive,
    signal,
    commit: () => (asked.commit ??= headCommit(environment.workspaceRoot, signal)),
    now: () => new Date(),
    tryFirst: async (surveyed) => {
      const tried = triedFirst(settled.target, surveyed);
      if (tried.length === 0) return ok(undefined);
      // Loaded only where something is tried: it brings the aos module.
      const { tryFirst } = await import("./try-first.ts");
      return tryFirst(task, settled, tried, origin);
    },
    ...(origin === undefined ? {} : { origin }),
  };
}

/** What is signed, where it is tried on what the processes hold; as a new process it was before, by ao-preflight. */
function triedFirst(target: DeployTarget, surveyed: readonly Surveyed[]): readonly Surveyed[] {
  if (preflightOf(target) !== "live") return [];
  return surveyed.filter(({ step }) => step.step === "spawn" || step.step === "evaluate");
}

/** Makes the network agree with the goals, whatever an earlier run left. */
export async function agree(
  run: Run,
  wanted: WantedEnvironment,
  once: TaskContext["once"],
): Promise<Deployed> {
  const resumed = await resumeAll(run, wanted.goals);
  if (!resumed.ok) return resumed;
  const { network } = run;
  const again = async () => {
    const record = await run.ledger.read();
    return record.ok ? surveyEnvironment({ network, record: record.value }, wanted, once) : record;
  };
  const surveyed = await again();
  if (!surveyed.ok) return surveyed;
  const done = await carryOut(run, surveyed.value, { again });
  if (!done.ok) return done;
  return ok(done.value.map((each) => (resumed.value.has(each.name) ? asResumed(each) : each)));
}

export type WantedEnvironment = {
  readonly goals: readonly WantedProcess[];
  readonly strategy: Wanted["strategy"];
};

/** What there is to do, from the record and what the network says. Nothing is written. */
export async function surveyEnvironment(
  { network, record }: Pick<Run, "network"> & { readonly record: EnvironmentRecord },
  wanted: WantedEnvironment,
  once: TaskContext["once"],
): Promise<Result<readonly Surveyed[], ProcessesFailure>> {
  const surveyed = await survey(network, { ...wanted, record }, once);
  if (!surveyed.ok) return surveyed;
  const refused = refusalIn(surveyed.value, network.owner);
  if (refused !== undefined) return fail(refused);
  const known = await checkModules(network, surveyed.value);
  return known.ok ? surveyed : known;
}

type CarryingOut = {
  readonly begin?: () => Promise<void>;
  readonly again?: () => ReturnType<typeof surveyEnvironment>;
};

const noNames: ReadonlySet<string> = new Set();

/**
 * Tries on this machine what is about to be signed, and does it; `begin` is between the two. Where the network turns out
 * to have a process that was to be spawned, `again` decides what is to be done.
 */
export async function carryOut(
  run: Run,
  surveyed: readonly Surveyed[],
  { begin, again }: CarryingOut,
): Promise<Deployed> {
  const tried = await run.tryFirst(surveyed);
  if (!tried.ok) return tried;
  await begin?.();
  const unlisted = again === undefined ? ok(noNames) : await adoptUnlisted(run, surveyed);
  if (!unlisted.ok) return unlisted;
  const { value: names } = unlisted;
  if (again === undefined || names.size === 0) return execute(run, surveyed);
  const decided = await again();
  if (!decided.ok) return decided;
  const done = await carryOut(run, decided.value, { again });
  return done.ok
    ? ok(done.value.map((each) => (names.has(each.name) ? asAdopted(each) : each)))
    : done;
}

/** A process of another wallet keeps all of its environment as it is. */
function refusalIn(surveyed: readonly Surveyed[], wallet: string): ProcessesFailure | undefined {
  const refused = surveyed.find(({ step }) => step.step === "refuse")?.record;
  return refused === undefined
    ? undefined
    : { reason: "wallet-not-owner", process: refused.process, owner: refused.owner, wallet };
}

function asAdopted(done: Done): Done {
  return { ...done, state: "done", cause: "process-adopted" };
}

function asResumed(done: Done): Done {
  const isOwn = done.cause === "live-code-agrees" || done.cause === "spawn-unfinished";
  return isOwn ? { ...done, state: "done", cause: "deployment-resumed" } : done;
}

/** One process by its id and code; several by their ids. The first that changed says why. */
export function outcomeOf(all: readonly Done[]): Outcome<ProcessesCause> {
  const told = all.find(({ state }) => state === "done") ?? all[0];
  if (told === undefined) throw new Error("internal: a definition without a process");
  const { state, cause, record, replaced } = told;
  if (all.length > 1) {
    const ids = all.map((each) => [each.name, each.record.process] as const);
    const changed = all.filter((each) => each.state === "done").length;
    return {
      state,
      cause,
      facts: { changed: `${changed} of ${all.length}`, ...Object.fromEntries(ids) },
    };
  }
  const code = record.state === "deployed" ? { code: shortDigest(record.codeDigest) } : {};
  const before = replaced === undefined ? {} : { replaced };
  return { state, cause, facts: { process: record.process, ...code, ...before } };
}
