import { digestOfMemory } from "@slipway/aos";
import type { Evaluate, EvaluationFailure } from "@slipway/aos";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { problemWith, questionOf } from "../checks.ts";
import type { Check } from "../definition/check.ts";
import type { Candidate } from "./candidate.ts";
import { absentState, changesOf } from "./changes.ts";
import { inventoryProbe, parseInventory } from "./inventory.ts";
import type { Inventory } from "./inventory.ts";
import { machineTimeMs, openMachine } from "./machine.ts";
import type { Identity, Machine, Message, State, Step } from "./machine.ts";
import type { Problem, ProcessReport } from "./report.ts";
import { withNamedLines } from "./source-lines.ts";
import type { NameLine } from "./source-lines.ts";

/** The one end of a trial that leaves no report. */
type Stopped = { readonly reason: "preflight-stopped" };

type Tried<Value> = Promise<Result<Value, Problem | Stopped>>;

/** What a trial may use. */
export type World = { readonly evaluate: Evaluate; readonly now: () => number };

/** Tries one candidate. What its Lua can do wrong is in the report. */
export async function tryProcess(
  candidate: Candidate,
  { evaluate, now }: World,
): Promise<Result<ProcessReport, Stopped>> {
  const { external = [] } = candidate;
  if (external.length > 0) {
    const { process: untried } = candidate;
    return ok({ process: untried, basis: "none", verdict: "not-tried", problems: [], external });
  }
  // What a process holds is older than its next message: a handler may compare.
  const timestampMs = candidate.upgrade?.from === "live" ? now() : machineTimeMs;
  const evaluated = await evaluateCandidate(candidate, evaluate, timestampMs);
  const told = (problem: Problem): Problem => withFiles(problem, candidate.nameLine);
  const { process, upgrade, notLive } = candidate;
  const named = {
    process,
    basis: upgrade?.from ?? "fresh",
    ...(notLive === undefined ? {} : { notLive }),
  } as const;
  if (!evaluated.ok) {
    const { failure } = evaluated;
    if ("reason" in failure) return fail(failure);
    return ok({ ...named, verdict: "not-evaluated", problems: [told(failure)] });
  }
  const { machine, step, before, after } = evaluated.value;
  const problems = await runChecks(machine, step.state, candidate.checks);
  if (!problems.ok) return problems;
  const { memory } = step.state;
  if (memory === undefined) throw new Error("internal: evaluated without a memory");
  return ok({
    ...named,
    verdict: problems.value.length === 0 ? "passed" : "failed",
    problems: problems.value.map(told),
    checks: candidate.checks.length,
    handlers: { before: before?.handlers ?? [], after: after.handlers },
    globals: after.globals.map(({ name, kind, size }) => ({ name, kind, size })),
    changes:
      before === undefined
        ? absentState(after, candidate.state)
        : changesOf(before, after, candidate.state),
    stateDigest: digestOfMemory(memory),
    ...(step.gas === undefined ? {} : { gas: step.gas }),
  });
}

/** Errors of the code that is tried, told by its files. */
function withFiles(problem: Problem, nameLine: NameLine = () => undefined): Problem {
  if (problem.problem === "code-failed") {
    return { ...problem, error: withNamedLines(problem.error, nameLine) };
  }
  return problem.problem === "check-failed"
    ? { ...problem, detail: withNamedLines(problem.detail, nameLine) }
    : problem;
}

type Evaluated = {
  readonly machine: Machine;
  readonly step: Step;
  /** Nothing before the code of a new process. */
  readonly before: Inventory | undefined;
  readonly after: Inventory;
};

async function evaluateCandidate(
  candidate: Candidate,
  evaluate: Evaluate,
  timestampMs: number,
): Tried<Evaluated> {
  const { identity, onBoot, state } = candidate;
  const machine = openMachine(evaluate, identity, timestampMs);
  const empty = await bootEmpty(openMachine(evaluate, emptied(identity)));
  if (!empty.ok) return empty;
  const first = ({ text, sentinel }: Code): Tried<Step> =>
    prove(sentinel, onBoot ? machine.spawn(text) : machine.send(empty.value.state, evalOf(text)));
  const take = (at: State) => takeInventory(machine, at, empty.value.own, state);

  const base = await baseOf(candidate, machine, first);
  if (!base.ok) return base;
  const before = base.value === undefined ? ok(undefined) : await take(base.value);
  if (!before.ok) return before;
  const step =
    base.value === undefined
      ? await first(candidate)
      : await prove(candidate.sentinel, machine.send(base.value, evalOf(candidate.text)));
  if (!step.ok) return step;
  const after = await take(step.value.state);
  if (!after.ok) return after;
  return ok({ machine, step: step.value, before: before.value, after: after.value });
}

type Code = Pick<Candidate, "text" | "sentinel">;

/** aos without any code of ours: what it holds by itself is not told. */
type Empty = { readonly state: State; readonly own: Inventory };

async function bootEmpty(machine: Machine): Tried<Empty> {
  const booted = await succeed(machine.spawn(""), "boot-failed");
  if (!booted.ok) return booted;
  const { state } = booted.value;
  const own = await takeInventory(machine, state, noInventory, []);
  return own.ok ? ok({ state, own: own.value }) : own;
}

const noInventory: Inventory = { globals: [], handlers: [] };

/** The state that an upgrade begins from; nothing for a new process. */
async function baseOf(
  { upgrade }: Candidate,
  machine: Machine,
  first: (code: Code) => Tried<Step>,
): Tried<State | undefined> {
  if (upgrade === undefined) return ok(undefined);
  if (upgrade.from === "live") return ok({ memory: upgrade.memory, nonce: 0 });
  const earlier = await first(upgrade);
  if (!earlier.ok) return fail(asEarlier(earlier.failure));
  let { state } = earlier.value;
  for (const message of upgrade.messages) {
    const sent = await succeed(machine.send(state, message), "earlier-code-failed");
    if (!sent.ok) return sent;
    ({ state } = sent.value);
  }
  return ok(state);
}

/** Ran to its end, as its own answer says. */
async function prove(sentinel: string, running: ReturnType<Machine["send"]>): Tried<Step> {
  const step = await succeed(running, "code-failed");
  if (!step.ok) return step;
  const { output } = step.value.evaluation;
  return output.includes(sentinel)
    ? step
    : fail({ problem: "code-unproven", output: output.slice(0, 500) });
}

async function succeed(
  running: ReturnType<Machine["send"]>,
  problem: "boot-failed" | "earlier-code-failed" | "code-failed",
): Tried<Step> {
  const step = await running;
  if (!step.ok) return fail(problemOf(step.failure, problem));
  const { error } = step.value.evaluation;
  return error === undefined ? step : fail({ problem, error: luaErrorIn(error) });
}

/** aos puts the error last, after what was printed and a place in its own code. */
function luaErrorIn(error: string): string {
  const text = error.split("\n\nerror:\n").at(-1) ?? error;
  return text.trim().replace(/^\[string "\.handlers"\]:\d+: /, "");
}

function problemOf(
  failure: EvaluationFailure,
  problem: "boot-failed" | "earlier-code-failed" | "code-failed",
): Problem | Stopped {
  switch (failure.reason) {
    case "evaluation-stopped":
      return { reason: "preflight-stopped" };
    case "evaluation-timeout":
      return problem === "code-failed"
        ? { problem: "code-endless", timeoutMs: failure.timeoutMs }
        : { problem, error: `no end in ${failure.timeoutMs} ms` };
    case "evaluation-failed":
      return { problem, error: failure.detail };
  }
}

function asEarlier(failure: Problem | Stopped): Problem | Stopped {
  return "problem" in failure && failure.problem === "code-failed"
    ? { problem: "earlier-code-failed", error: failure.error }
    : failure;
}

async function takeInventory(
  machine: Machine,
  at: State,
  own: Inventory,
  state: readonly string[],
): Tried<Inventory> {
  const ours = [...own.globals, { name: "__AO_DEPLOY", kind: "table" }];
  const probed = await machine.dryRun(at, evalOf(inventoryProbe(ours, state)));
  if (!probed.ok) return fail(problemOf(probed.failure, "code-failed"));
  const { error, output } = probed.value.evaluation;
  const parsed = error === undefined ? parseInventory(output) : fail(error);
  if (!parsed.ok) return fail({ problem: "inventory-unread", detail: parsed.failure });
  const { globals, handlers } = parsed.value;
  return ok({ globals, handlers: handlers.filter((name) => !own.handlers.includes(name)) });
}

/** Each check on the same state: a dry-run leaves none. */
async function runChecks(
  machine: Machine,
  at: State,
  checks: readonly Check[],
): Promise<Result<readonly Problem[], Stopped>> {
  const problems: Problem[] = [];
  for (const check of checks) {
    const answer = await machine.dryRun(at, questionOf(check));
    if (!answer.ok && answer.failure.reason === "evaluation-stopped") {
      return fail({ reason: "preflight-stopped" });
    }
    const problem = checkProblem(check, answer);
    if (problem !== undefined) problems.push(problem);
  }
  return ok(problems);
}

function checkProblem(
  check: Check,
  answer: Awaited<ReturnType<Machine["dryRun"]>>,
): Problem | undefined {
  const { action } = check;
  if (answer.ok) {
    const detail = problemWith(check, answer.value.evaluation);
    return detail === undefined ? undefined : { problem: "check-failed", action, detail };
  }
  const { failure } = answer;
  if (failure.reason === "evaluation-timeout") {
    return { problem: "check-endless", action, timeoutMs: failure.timeoutMs };
  }
  const detail = failure.reason === "evaluation-failed" ? failure.detail : failure.reason;
  return { problem: "check-failed", action, detail };
}

function evalOf(text: string): Message {
  return { data: text, tags: [{ name: "Action", value: "Eval" }] };
}

/** Nothing of ours is evaluated when it boots. */
function emptied(identity: Identity): Identity {
  return { ...identity, tags: identity.tags.filter(({ name }) => name !== "On-Boot") };
}
