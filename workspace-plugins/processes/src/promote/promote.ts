import path from "node:path";
import type { Trust } from "@slipway/attestation";
import { digestOf, inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Definition } from "../definition/definition.ts";
import { readDefinition } from "../definition/definition-file.ts";
import type { DeployTarget } from "../definition/target.ts";
import { deployEnvironment } from "../deploy/deploy.ts";
import type { Done } from "../deploy/execute.ts";
import { settleEnvironment } from "../deploy/settle.ts";
import type { DeployOptions, Effects, SettledEnvironment } from "../deploy/settle.ts";
import type { WantedProcess } from "../deploy/survey.ts";
import type { ProcessesFailure } from "../failure.ts";
import { handlersIn } from "../bundle/handlers-in.ts";
import type { Live } from "../network/network.ts";
import { findCode } from "../record/code-archive.ts";
import { messageOf } from "../record/message-of.ts";
import { environmentOf, recordFile } from "../record/environment.ts";
import type { Environment } from "../record/environment.ts";
import { openLedger } from "../record/ledger.ts";
import type { ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import { readVerified, verifiedFile } from "../verify/verified-file.ts";
import { readApprovals } from "./approvals.ts";
import { dirtyFiles } from "./dirty-files.ts";
import { digestsOf, judgeGates } from "./gates.ts";
import type { Digests, Gate, SourceProcess } from "./gates.ts";

export type PromotionOptions = Pick<DeployOptions, "acceptStateLoss"> & {
  readonly from: string;
  readonly to: string;
  /** Only tells the gates. */
  readonly isDryRun: boolean;
};

/** Whose word counts, and who promotes. */
export type People = {
  readonly trust: Trust;
  /** The hint of this machine's key, where it has one. */
  readonly ownKey: string | undefined;
};

export type Promoted = {
  readonly gates: readonly Gate[];
  readonly digests: Digests;
  /** Absent where a gate is closed, or nothing was to be done but tell. */
  readonly done?: readonly Done[];
};

/**
 * Makes an environment run exactly the bytes that another one runs, once every gate of `ao.yml` is open. Nothing is
 * built: the bytes are of the archive, or of the message that the source's network evaluated.
 */
export async function promote(
  task: TaskContext,
  options: PromotionOptions,
  people: People,
  effects: Effects = {},
): Promise<Result<Promoted, ProcessesFailure>> {
  const definition = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!definition.ok) return definition;
  const { from, to, isDryRun, acceptStateLoss } = options;
  const origin = environmentOf(task, definition.value, from);
  if (!origin.ok) return origin;
  const goal = environmentOf(task, definition.value, to);
  if (!goal.ok) return goal;
  const source = await readSource(task, definition.value, origin.value.environment, effects);
  if (!source.ok) return source;
  const now = new Date();
  const gates = judgeGates({
    from,
    rule: goal.value.target.promotion,
    processes: source.value,
    dirty: await foreignFiles(task, goal.value),
    approvals: await readApprovals(
      task,
      { project: task.projectName, from, to },
      { ...people, now },
    ),
    ownKey: people.ownKey,
    now,
  });
  const told = { gates, digests: digestsOf(source.value) };
  if (isDryRun || gates.some(({ state }) => state === "closed")) return ok(told);
  const target = await settleEnvironment(task, { deployTarget: to, acceptStateLoss }, effects);
  if (!target.ok) return target;
  const done = await deployEnvironment(task, target.value, {
    goals: source.value.map((each) => goalOf(each, target.value)),
    origin: { did: "promoted", from },
  });
  return done.ok ? ok({ ...told, done: done.value }) : done;
}

/** What is recorded, was verified, is live now, and where its bytes are: of every process of the definition. */
async function readSource(
  task: TaskContext,
  definition: Definition,
  environment: Environment,
  effects: Effects,
): Promise<Result<readonly SourceWithCode[], ProcessesFailure>> {
  const { workspaceRoot, project, deployTarget } = environment;
  const verified = await readVerified(workspaceRoot, verifiedFile(project, deployTarget));
  if (!verified.ok) return verified;
  const record = await openLedger(environment).read();
  if (!record.ok) return record;
  const asOwner = Object.values(record.value.processes)[0]?.owner ?? "";
  const settled = await settleEnvironment(task, { deployTarget, asOwner }, effects);
  if (!settled.ok) return settled;
  return inParallel(atOnce, Object.keys(definition.processes), async (name) => {
    const known = record.value.processes[name];
    const found = await codeOf(settled.value, known);
    if (!found.ok) return found;
    const live = await liveOf(settled.value, known);
    if (!live.ok) return live;
    const code = found.value;
    const source: SourceWithCode = {
      name,
      record: known,
      verified: verified.value[name],
      live: live.value,
      bytes: code === undefined ? undefined : digestOf(code),
      code,
    };
    return ok(source);
  });
}

const atOnce = 4;

type SourceWithCode = SourceProcess & { readonly code: string | undefined };

/** Never of a cache of this run: a gate is asked when it is passed. */
async function liveOf(
  { network }: SettledEnvironment,
  record: ProcessRecord | undefined,
): Promise<Result<Live | "unread", ProcessesFailure>> {
  return record === undefined ? ok("unread") : network.live(record.process);
}

async function codeOf(
  { archive, network }: SettledEnvironment,
  record: ProcessRecord | undefined,
): Promise<Result<string | undefined, ProcessesFailure>> {
  if (record?.state !== "deployed") return ok(undefined);
  const { codeDigest, history } = record;
  const message = messageOf(history, codeDigest);
  const found = await findCode(archive, network, { codeDigest, message });
  return !found.ok && found.failure.reason === "code-lost" ? ok(undefined) : found;
}

function goalOf({ name, code, bytes }: SourceWithCode, target: SettledEnvironment): WantedProcess {
  const process = target.definition.processes[name];
  if (code === undefined || bytes === undefined || process === undefined) {
    throw new Error("internal: a gate let pass what has no bytes");
  }
  const settings = target.settingsOf(name, process);
  const { needs, on_boot: onBoot } = process;
  return { name, settings, code, codeDigest: bytes, handlers: handlersIn(code), needs, onBoot };
}

/** Not as committed, but for what a promotion to this environment writes itself: it may have been cut off. */
async function foreignFiles(
  { workspaceRoot, projectRoot, signal }: TaskContext,
  {
    environment,
    target: { export: exported },
  }: { readonly environment: Environment; readonly target: DeployTarget },
): Promise<readonly string[] | undefined> {
  const dirty = await dirtyFiles(workspaceRoot, signal);
  const exports = [exported?.env?.file, exported?.json, exported?.typescript]
    .filter((file) => file !== undefined)
    .map((file) => path.posix.join(projectRoot, file));
  const own = new Set([recordFile(environment), ...exports]);
  return dirty?.filter((file) => !own.has(file));
}
