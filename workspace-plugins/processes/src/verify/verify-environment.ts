import { inParallel, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { Definition } from "../definition/definition.ts";
import type { ProcessDefinition } from "../definition/process.ts";
import type { DeployTarget } from "../definition/target.ts";
import { liveQuestion } from "../deploy/live.ts";
import { settleEnvironment } from "../deploy/settle.ts";
import type { DeployOptions, Effects, SettledEnvironment } from "../deploy/settle.ts";
import { linksOf } from "../deploy/survey.ts";
import { linksDigestOf } from "../evaluated-text.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { Live } from "../network/network.ts";
import { readReceipt } from "../receipt.ts";
import type { Receipt } from "../receipt.ts";
import { readEnvironment } from "../record/environment.ts";
import { openLedger } from "../record/ledger.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import { evaluationsAfter, evaluationsSince, isDeploymentOf } from "./evaluations.ts";
import type { LaterEvaluation } from "./later-evaluation.ts";
import { patienceOf, runChecks } from "./run-checks.ts";
import type { Checked } from "./run-checks.ts";
import { linksApart, stateOf } from "./state.ts";
import type { CodeAndLinks, EnvironmentState } from "./state.ts";
import { verifiedFile, writeVerified } from "./verified-file.ts";
import type { VerifiedProcess } from "./verified-file.ts";

/** One process of one environment, as it was just seen. */
export type SeenProcess = {
  readonly project: string;
  readonly deployTarget: string;
  readonly isLocal: boolean;
  readonly name: string;
  readonly state: EnvironmentState;
  readonly process?: string;
  readonly recorded?: Digest;
  readonly live?: Digest | "undeployed" | "gone";
  /** Of the bundle; absent where nothing is bundled. */
  readonly wanted?: Digest;
  /** Where the code is as it should be, and the ids of other processes that it knows are not: their digests. */
  readonly links?: { readonly expected: Digest; readonly live: Digest };
  /** Absent where they were not asked: the code is not what was deployed, or the target wants none. */
  readonly checks?: Checked;
  /** When the record was last changed; ISO 8601. */
  readonly since?: string;
  /** After our own evaluation: where other code is live, and where that was asked. */
  readonly changedBy: readonly LaterEvaluation[];
  /** Why it could not be seen. */
  readonly failure?: ProcessesFailure;
};

export type VerifyOptions = Pick<DeployOptions, "deployTarget"> & {
  /** Of what runs the code that was deployed it is asked too whether somebody evaluated more since. */
  readonly looksBehind?: boolean;
};

/**
 * Reads one environment, and writes nothing but what it saw, for promotions to ask for. What cannot be reached is told
 * of each process; a failure is of what is here: the definition, the record.
 */
export async function verifyEnvironment(
  task: TaskContext,
  { deployTarget, looksBehind = false }: VerifyOptions,
  effects: Effects,
): Promise<Result<readonly SeenProcess[], ProcessesFailure>> {
  const known = await readEnvironment(task, deployTarget);
  if (!known.ok) return known;
  const { definition, environment, target } = known.value;
  const read = await openLedger(environment).read();
  if (!read.ok) return read;
  const receipt = await readReceipt(task.workspaceRoot, task.projectRoot);
  const seeing: Seeing = {
    task,
    deployTarget,
    looksBehind,
    target,
    record: read.value,
    wanted: wantedOf(definition, read.value, receipt.ok ? receipt.value : undefined),
  };
  const owner = Object.values(read.value.processes)[0]?.owner;
  const settled =
    owner === undefined
      ? undefined
      : await settleEnvironment(task, { deployTarget, asOwner: owner }, effects);
  const names = Object.entries(definition.processes);
  const seen = await inParallel(
    atOnce,
    names,
    async ([name, process]): Promise<Result<SeenProcess, ProcessesFailure>> => {
      if (settled === undefined || settled.ok) {
        return ok(await see(seeing, settled?.value.network, name, process));
      }
      return ok(unseen(seeing, name, settled.failure));
    },
  );
  if (!seen.ok) return seen;
  await writeSeen(task, deployTarget, seen.value, read.value);
  return seen;
}

/** Of one environment; they share what its compute unit allows. */
const atOnce = 4;

type Seeing = {
  readonly task: TaskContext;
  readonly deployTarget: string;
  readonly looksBehind: boolean;
  readonly target: DeployTarget;
  readonly record: EnvironmentRecord;
  readonly wanted: ReadonlyMap<string, CodeAndLinks>;
};

/** What is bundled, with the ids that the record has of what each process needs. */
function wantedOf(
  { processes }: Definition,
  record: EnvironmentRecord,
  receipt: Receipt | undefined,
): ReadonlyMap<string, CodeAndLinks> {
  const recorded = Object.entries(record.processes);
  const ids = new Map(recorded.map(([name, { process }]) => [name, process]));
  return new Map(
    Object.entries(processes).flatMap(([name, definition]) => {
      const code = receipt?.processes[name]?.codeDigest;
      const links = linksOf(definition, ids);
      if (code === undefined || links === undefined) return [];
      return [[name, { code, links: linksDigestOf(links) }] as const];
    }),
  );
}

async function see(
  seeing: Seeing,
  network: SettledEnvironment["network"] | undefined,
  name: string,
  definition: ProcessDefinition,
): Promise<SeenProcess> {
  const { task, target } = seeing;
  const record = seeing.record.processes[name];
  if (record === undefined || network === undefined) return seenAs(seeing, name, "never-deployed");
  const live = await task.once(liveQuestion(record), () => network.live(record.process));
  if (!live.ok) return unseen(seeing, name, live.failure);
  const recorded = recordedOf(record);
  const wanted = seeing.wanted.get(name);
  const state = stateOf({ recorded, live: live.value, wanted });
  const links = linksApart(live.value, [wanted, recorded]);
  const told: SeenProcess = {
    ...seenAs(seeing, name, state),
    live: codeOf(live.value),
    ...(links === undefined ? {} : { links }),
  };
  if (state === "drifted" || state === "unfinished") return whoChanged(told, network, record);
  const seen = seeing.looksBehind ? await withLater(told, network, record) : told;
  const patience = patienceOf(target);
  if (state === "gone" || patience === undefined) return seen;
  const { signal, progress = () => undefined } = task;
  const asking = { network, process: record.process, patience, signal, progress };
  const checked = await runChecks(asking, definition);
  return checked.ok ? { ...seen, checks: checked.value } : unseen(seeing, name, checked.failure);
}

/** A help too: a gateway that does not answer says nothing of a process that does. */
async function withLater(
  seen: SeenProcess,
  network: SettledEnvironment["network"],
  record: ProcessRecord,
): Promise<SeenProcess> {
  if (record.state !== "deployed") return seen;
  const listed = await network.evaluationsIn(record.process, isDeploymentOf(record));
  return listed.ok ? { ...seen, changedBy: evaluationsSince(listed.value, record) } : seen;
}

/** The scheduler's clock is not ours: its list is asked for from some time before our own message. */
const clocksDifferMs = 600_000;

/** Who it was is a help, and no part of the verdict: where nobody says, the drift is told all the same. */
async function whoChanged(
  seen: SeenProcess,
  network: SettledEnvironment["network"],
  record: ProcessRecord,
): Promise<SeenProcess> {
  const { process, owner, history } = record;
  const ours = history.findLast((one) => one.process === process && one.message !== undefined);
  const since = new Date(Date.parse(ours?.at ?? new Date(0).toISOString()) - clocksDifferMs);
  const listed = await network.scheduledSince(process, since);
  if (!listed.ok) return { ...seen, failure: listed.failure };
  const changedBy = evaluationsAfter(listed.value, { ours: ours?.message ?? "", owner });
  return { ...seen, changedBy };
}

function seenAs(
  { task, deployTarget, target, record, wanted }: Seeing,
  name: string,
  state: EnvironmentState,
): SeenProcess {
  const known = record.processes[name];
  const bundled = wanted.get(name)?.code;
  const since = known?.history.at(-1)?.at;
  return {
    project: task.projectName,
    deployTarget,
    isLocal: target.network === "local",
    name,
    state,
    changedBy: [],
    ...(known === undefined ? {} : { process: known.process }),
    ...(known?.state === "deployed" ? { recorded: known.codeDigest } : {}),
    ...(bundled === undefined ? {} : { wanted: bundled }),
    ...(since === undefined ? {} : { since }),
  };
}

function unseen(seeing: Seeing, name: string, failure: ProcessesFailure): SeenProcess {
  const isRecorded = seeing.record.processes[name] !== undefined;
  return isRecorded
    ? { ...seenAs(seeing, name, "unreachable"), failure }
    : seenAs(seeing, name, "never-deployed");
}

function recordedOf(record: ProcessRecord): CodeAndLinks | "unproven" {
  return record.state === "deployed"
    ? { code: record.codeDigest, links: record.linksDigest }
    : "unproven";
}

function codeOf(live: Live): Digest | "undeployed" | "gone" {
  return typeof live === "string" ? live : live.code;
}

/** What could not be reached stays as it was seen before: a promotion asks for the live digest itself. */
async function writeSeen(
  { workspaceRoot, projectName }: TaskContext,
  deployTarget: string,
  all: readonly SeenProcess[],
  record: EnvironmentRecord,
): Promise<void> {
  const at = new Date().toISOString();
  const reached = all.filter(({ state }) => state !== "unreachable");
  const seen = reached.map((one): readonly [string, VerifiedProcess | undefined] => {
    const known = record.processes[one.name];
    const agrees = one.state === "agrees" || one.state === "behind";
    if (!agrees || known?.state !== "deployed") return [one.name, undefined];
    const { process, codeDigest, linksDigest } = known;
    const checks = { passed: one.checks?.passed ?? 0, failed: one.checks?.failed.length ?? 0 };
    return [one.name, { at, process, codeDigest, linksDigest, checks }];
  });
  if (seen.length === 0) return;
  await writeVerified(
    workspaceRoot,
    verifiedFile(projectName, deployTarget),
    Object.fromEntries(seen),
  );
}
