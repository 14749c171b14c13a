import type { Evaluate, EvaluationReply, EvaluationResult, SparseMemory } from "@slipway/aos";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { environmentOf, messageOf } from "./assignment.ts";
import type { Assignment } from "./assignment.ts";
import { expose } from "./exposed.ts";
import type { Exposed } from "./exposed.ts";
import type { NetworkFailure } from "./failure.ts";
import type { Id } from "./id.ts";
import type { Module } from "./module.ts";
import type { Progress } from "./progress.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Tag } from "./tag.ts";

/** A message that is tried on the newest memory and leaves no trace. */
export type DryRun = {
  readonly Id: string;
  readonly Owner: string;
  readonly From: string | undefined;
  readonly Target: string;
  readonly Anchor: string;
  readonly Data: string;
  readonly Tags: readonly Tag[];
};

export type Compute = {
  readonly resultAt: (
    process: string,
    nonce: number,
  ) => Promise<Result<EvaluationResult, NetworkFailure>>;
  readonly result: (
    process: string,
    message: string,
  ) => Promise<Result<EvaluationResult, NetworkFailure>>;
  readonly dryRun: (
    process: string,
    message: DryRun,
  ) => Promise<Result<EvaluationResult, NetworkFailure>>;
  /** What a process has exposed after all of its messages. */
  readonly exposed: (process: string) => Promise<Result<Exposed, NetworkFailure>>;
  readonly memory: (process: string) => Promise<Result<SparseMemory, NetworkFailure>>;
};

/** The result of an item that was evaluated at an earlier slot. */
const nothing: EvaluationResult = { Output: {}, Messages: [], Spawns: [], Assignments: [] };

const start: Progress = { nonce: -1, memory: undefined, results: new Map(), exposed: {} };

type Parts = {
  readonly scheduler: Scheduler;
  readonly evaluate: Evaluate;
  readonly snapshots: Snapshots;
  readonly module: Module;
};

type Advance = { readonly progress: Progress; readonly failure: NetworkFailure | undefined };

/** Evaluates processes when somebody asks, each in the order of its assignments. */
export function openCompute(parts: Parts): Compute {
  const { scheduler, snapshots, module, evaluate } = parts;
  const lanes = new Map<string, Promise<Progress | undefined>>();

  const advance = async (history: readonly Assignment[], process: string, upTo: number) => {
    const before = (await lanes.get(process)) ?? (await snapshots.load(history)) ?? start;
    const isForgotten = upTo <= before.nonce && !before.results.has(upTo);
    const from = isForgotten ? start : before;
    return evaluateUpTo(from, Math.max(before.nonce, upTo), history, parts);
  };
  /** Takes its turn after every earlier question about the process. */
  const reach = async (
    history: readonly Assignment[],
    process: string,
    upTo: number,
  ): Promise<Result<Progress, NetworkFailure>> => {
    const advanced = advance(history, process, upTo);
    lanes.set(
      process,
      advanced.then(
        ({ progress }) => progress,
        () => undefined,
      ),
    );
    const { progress, failure } = await advanced;
    snapshots.keep(history, progress);
    return failure === undefined ? ok(progress) : fail(failure);
  };

  const reachEnd = async (process: string) => {
    const history = scheduler.history(process);
    if (!history.ok) return history;
    const latest = endOf(history.value, -1);
    const reached = await reach(history.value, process, latest.nonce);
    return reached.ok ? ok({ history: history.value, latest, progress: reached.value }) : reached;
  };

  const resultOf = async (process: string, nonce: number) => {
    const history = scheduler.history(process);
    if (!history.ok) return history;
    const isAssigned = history.value[nonce] !== undefined;
    if (!isAssigned) return fail({ reason: "slot-unknown", slot: String(nonce) } as const);
    const reached = await reach(history.value, process, nonce);
    return reached.ok ? ok(resultAt(reached.value, nonce)) : reached;
  };

  return {
    resultAt: resultOf,
    result: async (process, message) => {
      const found = scheduler.find(process, message);
      return found.ok ? resultOf(process, found.value.nonce) : found;
    },
    dryRun: async (process, message) => {
      const end = await reachEnd(process);
      if (!end.ok) return end;
      const reply = await evaluate({
        memory: end.value.progress.memory,
        message: dryRunMessage(message, end.value.latest, module.id),
        environment: environmentOf(endOf(end.value.history, 0), module),
        isTrial: true,
      });
      return reply.ok ? ok(reply.value.result) : reply;
    },
    exposed: async (process) => {
      const end = await reachEnd(process);
      return end.ok ? ok(end.value.progress.exposed) : end;
    },
    memory: async (process) => {
      const end = await reachEnd(process);
      if (!end.ok) return end;
      const { memory } = end.value.progress;
      return memory === undefined ? fail({ reason: "memory-absent", process }) : ok(memory);
    },
  };
}

async function evaluateUpTo(
  before: Progress,
  upTo: number,
  history: readonly Assignment[],
  parts: Parts,
): Promise<Advance> {
  const environment = environmentOf(endOf(history, 0), parts.module);
  const results = new Map(before.results);
  let progress: Progress = { ...before, results };
  for (const assignment of history.slice(before.nonce + 1, upTo + 1)) {
    const reply = await evaluateOne(assignment, progress.memory, environment, parts);
    if (!reply.ok) return { progress, failure: reply.failure };
    results.set(assignment.nonce, reply.value.result);
    // A result with an error keeps the memory from before it.
    const memory = reply.value.memory ?? progress.memory;
    const exposed = expose(progress.exposed, reply.value.result["Messages"]);
    progress = { nonce: assignment.nonce, memory, results, exposed };
  }
  return { progress, failure: undefined };
}

/** A message that does not end in time is an error from then on, also after a restart. */
async function evaluateOne(
  assignment: Assignment,
  memory: SparseMemory | undefined,
  environment: Readonly<Record<string, unknown>>,
  { evaluate, scheduler, module }: Parts,
): Promise<Result<EvaluationReply, NetworkFailure>> {
  if (scheduler.isRepeated(assignment)) return ok({ result: nothing });
  const overrun = { result: { Error: "The evaluation was given up at the time limit" } };
  if (scheduler.hasOverrun(assignment)) return ok(overrun);
  const message = messageOf(assignment, module.id);
  const reply = await evaluate({ memory, message, environment });
  if (reply.ok || reply.failure.reason !== "evaluation-timeout") return reply;
  await scheduler.markOverrun(assignment);
  return ok(overrun);
}

function dryRunMessage(
  message: DryRun,
  latest: Assignment,
  module: Id,
): Readonly<Record<string, unknown>> {
  return {
    ...message,
    From: message.From ?? message.Owner,
    Module: module,
    Epoch: 0,
    Nonce: latest.nonce,
    Timestamp: latest.timestampMs,
    "Block-Height": latest.blockHeight,
    Cron: false,
    "Read-Only": true,
  };
}

function resultAt(progress: Progress, nonce: number): EvaluationResult {
  const result = progress.results.get(nonce);
  if (result === undefined) throw new Error("internal: evaluated without a result");
  return result;
}

function endOf(history: readonly Assignment[], index: 0 | -1): Assignment {
  const assignment = history.at(index);
  if (assignment === undefined) throw new Error("internal: a process without an assignment");
  return assignment;
}
