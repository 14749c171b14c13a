import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { assign } from "./assignment.ts";
import type { Assignment } from "./assignment.ts";
import type { AssignmentsLog } from "./assignments-log.ts";
import type { NetworkFailure } from "./failure.ts";
import { parseId } from "./id.ts";
import type { Id } from "./id.ts";
import type { Item } from "./item.ts";
import { tagValue } from "./tag.ts";

/** Gives every item its one place in the history of a process. */
export type Scheduler = {
  readonly accept: (
    item: Item,
    /** Whether an item that has a place gets another one. */
    options?: { readonly mayRepeat: boolean },
  ) => Promise<Result<Assignment, NetworkFailure>>;
  /** Whether the item of an assignment had a place before. */
  readonly isRepeated: (assignment: Assignment) => boolean;
  /** The assignments of a process by nonce. */
  readonly history: (process: string) => Result<readonly Assignment[], NetworkFailure>;
  readonly find: (process: string, message: string) => Result<Assignment, NetworkFailure>;
  /** The first assignment of every item, oldest first. */
  readonly all: () => readonly Assignment[];
  readonly assignmentOf: (item: string) => Assignment | undefined;
  readonly blockHeight: () => number;
  /** Messages whose own messages were not all pushed when the network last stopped. */
  readonly unpushed: () => readonly Assignment[];
  readonly markPushed: (assignment: Assignment) => Promise<void>;
  /** Whether the evaluation of a message was once given up: it is not tried again, so that replays agree. */
  readonly hasOverrun: (assignment: Assignment) => boolean;
  readonly markOverrun: (assignment: Assignment) => Promise<void>;
};

/** The module and the schedulers that a process may name. */
type Accepted = { readonly module: Id; readonly schedulers: readonly Id[] };

const firstBlockHeight = 1_000_000;

export function openScheduler(
  log: AssignmentsLog,
  accepts: Accepted & { readonly now: () => number },
): Scheduler {
  const ledger = ledgerOf(log);
  const blockHeight = () => firstBlockHeight + ledger.all.length;
  const schedule = async (
    item: Item,
    mayRepeat: boolean,
  ): Promise<Result<Assignment, NetworkFailure>> => {
    if (!mayRepeat && ledger.byItem.has(item.id)) return fail({ reason: "message-exists" });
    const placed = place(item, ledger, accepts);
    if (!placed.ok) return placed;
    const { process, previous } = placed.value;
    const assignment = assign(item, {
      process,
      previous,
      timestampMs: accepts.now(),
      blockHeight: blockHeight() + 1,
    });
    await log.append({ kind: "assignment", assignment });
    remember(assignment, ledger);
    return ok(assignment);
  };
  const lane = { last: Promise.resolve<unknown>(undefined) };
  return {
    accept: (item, { mayRepeat } = { mayRepeat: false }) => {
      // One at a time: a nonce is taken when its line is on disk.
      const accepted = lane.last.then(() => schedule(item, mayRepeat));
      lane.last = accepted.catch(() => undefined);
      return accepted;
    },
    isRepeated: (assignment) => ledger.byItem.get(assignment.item.id) !== assignment,
    history: (process) => historyOf(process, ledger),
    find: (process, message) => findIn(ledger, process, message),
    all: () => ledger.all,
    assignmentOf: (item) => ledger.byItem.get(item),
    blockHeight,
    unpushed: () => ledger.all.filter(({ item }) => !ledger.pushed.has(item.id)),
    markPushed: async ({ item }) => {
      await log.append({ kind: "pushed", message: item.id });
      ledger.pushed.add(item.id);
    },
    hasOverrun: ({ item }) => ledger.overrun.has(item.id),
    markOverrun: async ({ item }) => {
      await log.append({ kind: "overrun", message: item.id });
      ledger.overrun.add(item.id);
    },
  };
}

type Ledger = {
  readonly all: Assignment[];
  readonly histories: Map<string, Assignment[]>;
  readonly byItem: Map<string, Assignment>;
  readonly pushed: Set<string>;
  readonly overrun: Set<string>;
};

function ledgerOf(log: AssignmentsLog): Ledger {
  const ledger: Ledger = {
    all: [],
    histories: new Map(),
    byItem: new Map(),
    pushed: new Set(),
    overrun: new Set(),
  };
  for (const entry of log.entries) {
    if (entry.kind === "assignment") remember(entry.assignment, ledger);
    else ledger[entry.kind].add(entry.message);
  }
  return ledger;
}

function remember(assignment: Assignment, ledger: Ledger): void {
  if (!ledger.byItem.has(assignment.item.id)) {
    ledger.all.push(assignment);
    ledger.byItem.set(assignment.item.id, assignment);
  }
  const history = ledger.histories.get(assignment.process);
  if (history === undefined) ledger.histories.set(assignment.process, [assignment]);
  else history.push(assignment);
}

function place(
  item: Item,
  ledger: Ledger,
  accepts: Accepted,
): Result<{ readonly process: Id; readonly previous: Assignment | undefined }, NetworkFailure> {
  if (tagValue(item.tags, "Data-Protocol") !== "ao") return fail({ reason: "protocol-missing" });
  const type = tagValue(item.tags, "Type");
  if (type === "Process") return placeSpawn(item, ledger, accepts);
  if (type !== "Message") return fail({ reason: "type-unknown", type });
  const previous = ledger.histories.get(item.target)?.at(-1);
  const process = parseId(item.target);
  if (process === undefined || previous === undefined) {
    return fail({ reason: "process-unknown", process: item.target });
  }
  return ok({ process, previous });
}

function placeSpawn(
  item: Item,
  ledger: Ledger,
  accepts: Accepted,
): Result<{ readonly process: Id; readonly previous: Assignment | undefined }, NetworkFailure> {
  const module = tagValue(item.tags, "Module");
  const scheduler = tagValue(item.tags, "Scheduler");
  if (module !== accepts.module) return fail({ reason: "module-unknown", module });
  if (!accepts.schedulers.some((id) => id === scheduler)) {
    return fail({ reason: "scheduler-foreign", scheduler });
  }
  return ok({ process: item.id, previous: ledger.histories.get(item.id)?.at(-1) });
}

function historyOf(process: string, ledger: Ledger): Result<readonly Assignment[], NetworkFailure> {
  const history = ledger.histories.get(process);
  return history === undefined ? fail({ reason: "process-unknown", process }) : ok(history);
}

function findIn(
  ledger: Ledger,
  process: string,
  message: string,
): Result<Assignment, NetworkFailure> {
  const history = historyOf(process, ledger);
  if (!history.ok) return history;
  const assignment = ledger.byItem.get(message);
  return assignment?.process === process
    ? ok(assignment)
    : fail({ reason: "message-unknown", message });
}
