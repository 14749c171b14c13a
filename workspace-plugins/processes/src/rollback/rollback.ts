import { fail, ok, takeLock } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { checkModules } from "../deploy/check-modules.ts";
import { carryOut, exportEnvironment, openRun, surveyEnvironment } from "../deploy/deploy.ts";
import type { Run } from "../deploy/deployment.ts";
import { resumeAll } from "../deploy/resume.ts";
import { settleEnvironment } from "../deploy/settle.ts";
import type { DeployOptions, Effects, SettledEnvironment } from "../deploy/settle.ts";
import { spawnDigestOf } from "../deploy/spawn-settings.ts";
import { decideAll } from "../deploy/survey.ts";
import type { Surveyed, WantedProcess } from "../deploy/survey.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import { chooseCode, chooseProcess, isRedeployed } from "./choose.ts";
import type { Choice } from "./choose.ts";
import { lookAtEarlier, recordPointingAt } from "./earlier-process.ts";
import { goalsWith } from "./goals.ts";
import type { KnownCode } from "./goals.ts";

/** The three ways back: other code in place, an earlier process, a new process of earlier code. */
export type Way =
  | { readonly to: "code"; readonly choice: Choice<Digest> }
  | { readonly to: "process"; readonly choice: Choice<string> }
  | { readonly to: "redeploy"; readonly choice: Choice<Digest> };

export type RollbackOptions = DeployOptions & {
  /** May be left out where the project has one process. */
  readonly process?: string | undefined;
  readonly way: Way;
  /** Only reads, and tells what would be done. */
  readonly isDryRun: boolean;
};

export type RolledBack = {
  readonly name: string;
  readonly way: Way["to"];
  readonly from: { readonly process: string; readonly codeDigest: Digest | undefined };
  /** Without an id: a process that is still to be spawned. */
  readonly to: { readonly process: string | undefined; readonly codeDigest: Digest };
  /** What the process knows: as it is, as that process left it, or nothing. */
  readonly state: "kept" | "of-that-process" | "lost";
  /** `planned`: nothing was sent or written. `unchanged`: it was so already. */
  readonly result: "planned" | "unchanged" | "done";
  /** Others of the environment that learn of a new id, or were not as recorded. */
  readonly followers: readonly string[];
  /** `ao.yml` asks for another process by now: the next deployment would spawn it. */
  readonly isUndoneByDeploying: boolean;
};

type Answer = Result<RolledBack, ProcessesFailure>;

/** Makes one process of an environment what it was. The same command again finds nothing to do. */
export async function rollback(
  task: TaskContext,
  options: RollbackOptions,
  effects: Effects = {},
): Promise<Answer> {
  const settled = await settleEnvironment(task, options, effects);
  if (!settled.ok) return settled;
  const { ledger, definition } = settled.value;
  const known = Object.keys(definition.processes);
  const name = options.process ?? (known.length === 1 ? known[0] : undefined);
  if (name === undefined || !known.includes(name)) {
    return fail({ reason: "rollback-process-open", asked: options.process ?? "", known });
  }
  using lock = takeLock(ledger.lockFile);
  if (lock === undefined) return fail({ reason: "ao-deploy-running", file: ledger.lockFile });
  const back = await openBack(task, settled.value, { name, isDryRun: options.isDryRun });
  if (!back.ok) return back;
  const { way } = options;
  if (way.to === "process") return await toProcess(back.value, way.choice);
  const chosen = chooseCode(back.value.record, way.choice);
  if (!chosen.ok) return fail({ ...chosen.failure, process: name });
  return way.to === "code"
    ? await toCode(back.value, chosen.value)
    : await toNewProcess(back.value, chosen.value);
}

type Back = {
  readonly task: TaskContext;
  readonly settled: SettledEnvironment;
  readonly name: string;
  readonly environment: EnvironmentRecord;
  /** Of the one process, before anything is done. */
  readonly record: ProcessRecord;
  /** As `ao.yml` has it now. */
  readonly spawnDigest: Digest;
  readonly isDryRun: boolean;
};

async function openBack(
  task: TaskContext,
  settled: SettledEnvironment,
  { name, isDryRun }: Pick<Back, "name" | "isDryRun">,
): Promise<Result<Back, ProcessesFailure>> {
  const { ledger, network, definition } = settled;
  const read = await ledger.read();
  if (!read.ok) return read;
  const record = read.value.processes[name];
  const process = definition.processes[name];
  if (record === undefined || process === undefined) {
    return fail({ reason: "ao-record-missing", file: ledger.file });
  }
  if (record.owner !== network.owner) {
    const { owner } = record;
    const wallet = network.owner;
    return fail({ reason: "wallet-not-owner", process: record.process, owner, wallet });
  }
  const spawnDigest = spawnDigestOf(settled.settingsOf(name, process));
  return ok({ task, settled, name, environment: read.value, record, spawnDigest, isDryRun });
}

/** In place: the process keeps its id and what it knows. */
async function toCode(back: Back, code: KnownCode): Promise<Answer> {
  const { record, settled, name } = back;
  const { process } = record;
  const isOther = record.state !== "deployed" || record.codeDigest !== code.codeDigest;
  if (settled.target.strategy === "immutable" && isOther) {
    return fail({ reason: "rollback-immutable", process });
  }
  if (back.spawnDigest !== record.spawnDigest) {
    return fail({ reason: "rollback-settings-differ", process });
  }
  const goals = await goalsWith(settled, back.environment, { name, code });
  if (!goals.ok) return goals;
  const prepared = await prepare(back, goals.value);
  if (!prepared.ok) return prepared;
  const to = { process: settledId(prepared.value, name), codeDigest: code.codeDigest };
  return finish(back, prepared.value, { way: "code", to, state: "kept" });
}

/** Of earlier code, and with nothing of what the process knew. What a run that was cut off has spawned is gone on with. */
async function toNewProcess(back: Back, code: KnownCode): Promise<Answer> {
  const { settled, name, record } = back;
  const goals = await goalsWith(settled, back.environment, { name, code });
  if (!goals.ok) return goals;
  const prepared = await prepare(back, goals.value);
  if (!prepared.ok) return prepared;
  const now = prepared.value.surveyed.find(({ goal }) => goal.name === name)?.record ?? record;
  const isThere = now.state === "spawned" || isRedeployed(now, code.codeDigest);
  const { run, surveyed } = prepared.value;
  const steps = isThere ? surveyed : respawned(surveyed, name, settled);
  const checked = await checkModules(settled.network, steps);
  if (!checked.ok) return checked;
  const to = { process: isThere ? now.process : undefined, codeDigest: code.codeDigest };
  return finish(back, { run, surveyed: steps }, { way: "redeploy", to, state: "lost" });
}

/** Pointed back at, after it has said itself that it is what the history says of it. */
async function toProcess(back: Back, choice: Choice<string>): Promise<Answer> {
  const { settled, name, record } = back;
  const chosen = chooseProcess(record, choice);
  if (!chosen.ok) return fail({ ...chosen.failure, process: name });
  const looked = await lookAtEarlier(settled, name, chosen.value);
  if (!looked.ok) return looked;
  const isSettings = chosen.value.spawnDigest === back.spawnDigest;
  if (!isSettings && isNeeded(settled, name)) {
    return fail({ reason: "rollback-settings-differ", process: chosen.value.process });
  }
  const { codeDigest, process } = chosen.value;
  const told = { way: "process", to: { process, codeDigest }, state: "of-that-process" } as const;
  const goals = isSettings
    ? await goalsWith(settled, back.environment, { name, code: chosen.value })
    : ok([]);
  if (!goals.ok) return goals;
  const pointed = (before: ProcessRecord) =>
    recordPointingAt(chosen.value, { ...looked.value, by: settled.network.owner, before });
  const isThere = record.process === process;
  const prepared = await prepare(back, goals.value, isThere ? undefined : pointed);
  return prepared.ok ? finish(back, prepared.value, told) : prepared;
}

/** Whether other processes read its id, or it reads theirs: then evaluations follow, with settings that are not its own. */
function isNeeded({ definition }: SettledEnvironment, name: string): boolean {
  const all = Object.entries(definition.processes);
  return all.some(
    ([each, { needs }]) => needs.includes(name) || (each === name && needs.length > 0),
  );
}

type Prepared = {
  readonly run: Run;
  readonly surveyed: readonly Surveyed[];
  /** Written down in place of the record before anything else is done. */
  readonly pointed?: ProcessRecord | undefined;
};

/** What an earlier run began is ended first; then each process is asked what it runs. */
async function prepare(
  { task, settled, name, record: before, isDryRun }: Back,
  goals: readonly WantedProcess[],
  pointedFrom?: (before: ProcessRecord) => ProcessRecord,
): Promise<Result<Prepared, ProcessesFailure>> {
  const { ledger, network, target } = settled;
  const run = openRun(task, settled, { did: "rolled-back" });
  const mayResume = goals.length > 0 && !isDryRun;
  const resumed = mayResume ? await resumeAll(run, goals) : ok(undefined);
  if (!resumed.ok) return resumed;
  const read = await ledger.read();
  if (!read.ok) return read;
  const { processes } = read.value;
  const pointed = pointedFrom?.(processes[name] ?? before);
  const record: EnvironmentRecord =
    pointed === undefined
      ? read.value
      : { ...read.value, processes: { ...processes, [name]: pointed } };
  const { strategy } = target;
  const surveyed = await surveyEnvironment({ network, record }, { goals, strategy }, task.once);
  return surveyed.ok ? ok({ run, surveyed: surveyed.value, pointed }) : surveyed;
}

/** The process as if it were not there; the others have to learn its new id. */
function respawned(
  surveyed: readonly Surveyed[],
  name: string,
  { network, target }: SettledEnvironment,
): readonly Surveyed[] {
  const known = surveyed.map(({ step: _step, ...each }) =>
    each.goal.name === name ? { ...each, record: undefined, live: undefined } : each,
  );
  return decideAll(known, network.owner, target.strategy);
}

function settledId({ surveyed }: Prepared, name: string): string | undefined {
  return surveyed.find(({ goal }) => goal.name === name)?.record?.process;
}

/** Does what was decided, unless it is only to be told. */
async function finish(
  { name, record, settled, spawnDigest, isDryRun }: Back,
  { run, surveyed, pointed }: Prepared,
  { way, to, state }: Pick<RolledBack, "way" | "to" | "state">,
): Promise<Answer> {
  const followers = surveyed.filter(
    ({ goal, step }) => goal.name !== name && step.step !== "nothing",
  );
  const codeBefore = record.state === "deployed" ? record.codeDigest : undefined;
  const told = {
    name,
    way,
    from: { process: record.process, codeDigest: codeBefore },
    to,
    state,
    followers: followers.map(({ goal }) => goal.name),
  };
  if (isDryRun) {
    return ok({ ...told, result: "planned", isUndoneByDeploying: false });
  }
  const begin = async () => {
    if (pointed !== undefined) await settled.ledger.write(name, () => pointed);
  };
  const done = await carryOut(run, surveyed, { begin });
  if (!done.ok) return done;
  const exported = await exportEnvironment(settled);
  if (!exported.ok) return exported;
  const read = await settled.ledger.read();
  if (!read.ok) return read;
  const now = read.value.processes[name];
  if (now === undefined) throw new Error("internal: a record that is gone");
  const isSame =
    now.process === record.process &&
    now.history.length === record.history.length &&
    followers.length === 0;
  return ok({
    ...told,
    to: { ...to, process: now.process },
    result: isSame ? "unchanged" : "done",
    isUndoneByDeploying: now.spawnDigest !== spawnDigest,
  });
}
