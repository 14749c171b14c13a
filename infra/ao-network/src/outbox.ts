import { z } from "zod";
import type { Assignment } from "./assignment.ts";
import type { Compute } from "./compute.ts";
import { signItem } from "./item.ts";
import type { Scheduler } from "./scheduler.ts";
import { Tag, tagValue } from "./tag.ts";
import type { UnitKey } from "./wallet.ts";

const OutboxMessage = z.looseObject({
  Target: z.string(),
  Anchor: z.string().optional(),
  Data: z.union([z.string(), z.number().transform(String)]).default(""),
  Tags: z.array(z.object(Tag.shape)).default([]),
});
type OutboxMessage = z.output<typeof OutboxMessage>;

/** Two processes that answer each other for ever are cut off here, or a restart would carry on. */
const deepestPush = 64;

type Parts = {
  readonly scheduler: Scheduler;
  readonly compute: Compute;
  readonly key: UnitKey;
};

/** Sends the messages that evaluations leave behind on to the local processes they are for. */
export type Outbox = AsyncDisposable & {
  readonly push: (assignment: Assignment) => void;
  /** When nothing is left to send on. */
  readonly idle: () => Promise<void>;
};

export function openOutbox(parts: Parts): Outbox {
  const state = { last: Promise.resolve(), isClosed: false };
  const pushAfter = async (earlier: Promise<void>, assignment: Assignment): Promise<void> => {
    await earlier;
    if (state.isClosed) return;
    // What cannot be pushed stays unmarked in the log and is pushed after the next start.
    const pushed = await pushMessagesOf(assignment, parts).catch(() => []);
    for (const next of pushed) push(next);
  };
  const push = (assignment: Assignment): void => {
    state.last = pushAfter(state.last, assignment);
  };
  for (const assignment of parts.scheduler.unpushed()) push(assignment);
  const idle = async () => {
    let seen: Promise<void> | undefined;
    while (seen !== state.last) {
      seen = state.last;
      await seen;
    }
  };
  return {
    push,
    idle,
    [Symbol.asyncDispose]: async () => {
      state.isClosed = true;
      await state.last;
    },
  };
}

async function pushMessagesOf(
  assignment: Assignment,
  parts: Parts,
): Promise<readonly Assignment[]> {
  const { process, item } = assignment;
  const result = await parts.compute.result(process, item.id);
  if (!result.ok) return [];
  const pushed: Assignment[] = [];
  const isTooDeep = depthOf(assignment, parts) >= deepestPush;
  for (const message of isTooDeep ? [] : outboxOf(result.value["Messages"])) {
    const accepted = await pushMessage(message, assignment, parts);
    if (accepted !== undefined) pushed.push(accepted);
  }
  await parts.scheduler.markPushed(assignment);
  return pushed;
}

async function pushMessage(
  message: OutboxMessage,
  from: Assignment,
  { scheduler, key }: Parts,
): Promise<Assignment | undefined> {
  if (!scheduler.history(message.Target).ok) return undefined;
  const own = [
    { name: "From-Process", value: from.process },
    { name: "Pushed-For", value: from.item.id },
  ];
  const ownNames = new Set(own.map(({ name }) => name));
  const content = {
    target: message.Target,
    anchor: message.Anchor,
    // A process must not name another as the sender.
    tags: [...message.Tags.filter(({ name }) => !ownNames.has(name)), ...own],
    data: message.Data,
  };
  const accepted = await scheduler.accept(await signItem(content, key));
  return accepted.ok ? accepted.value : undefined;
}

/** How many pushes led to this message. */
function depthOf(assignment: Assignment, { scheduler, key }: Parts): number {
  let depth = 0;
  let current: Assignment | undefined = assignment;
  while (current !== undefined && current.item.owner === key.address) {
    depth += 1;
    current = scheduler.assignmentOf(tagValue(current.item.tags, "Pushed-For") ?? "");
  }
  return depth;
}

/** Messages without a target, as those for `patch@1.0`, are for nobody else. */
function outboxOf(messages: unknown): readonly OutboxMessage[] {
  const all = z.array(z.unknown()).safeParse(messages);
  return (all.data ?? []).flatMap((message) => OutboxMessage.safeParse(message).data ?? []);
}
