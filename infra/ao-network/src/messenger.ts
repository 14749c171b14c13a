import { ok } from "@slipway/signature";
import { z } from "zod";
import type { Assignment } from "./assignment.ts";
import type { Compute } from "./compute.ts";
import { json } from "./http.ts";
import type { Route } from "./http.ts";
import { signItem, verifyItem } from "./item.ts";
import type { RequestLog } from "./request-log.ts";
import type { Scheduler } from "./scheduler.ts";
import { Tag } from "./tag.ts";
import type { UnitKey } from "./wallet.ts";

const OutboxMessage = z.looseObject({
  Target: z.string(),
  Anchor: z.string().optional(),
  Data: z.union([z.string(), z.number().transform(String)]).default(""),
  Tags: z.array(z.object(Tag.shape)).default([]),
});
type OutboxMessage = z.output<typeof OutboxMessage>;

type Parts = {
  readonly scheduler: Scheduler;
  readonly compute: Compute;
  readonly key: UnitKey;
};

/** Sends the messages that evaluations leave in outboxes on to the local processes they are for. */
export type Outbox = AsyncDisposable & { readonly push: (assignment: Assignment) => void };

export function openOutbox(parts: Parts): Outbox {
  const state = { last: Promise.resolve(), isClosed: false };
  const push = (assignment: Assignment): void => {
    state.last = state.last
      .then(async () => {
        if (state.isClosed) return;
        for (const pushed of await pushMessagesOf(assignment, parts)) push(pushed);
      })
      // What could not be pushed stays unmarked in the log and is pushed after the next start.
      .catch(() => undefined);
  };
  for (const assignment of parts.scheduler.unpushed()) push(assignment);
  return {
    push,
    [Symbol.asyncDispose]: async () => {
      state.isClosed = true;
      await state.last;
    },
  };
}

export function messengerRoutes(
  parts: Pick<Parts, "scheduler"> & { readonly outbox: Outbox; readonly log: RequestLog },
): readonly Route[] {
  const { scheduler, outbox, log } = parts;
  return [
    {
      method: "POST",
      path: "/",
      kind: "item",
      answer: async (request) => {
        const body = await request.body();
        if (!body.ok) return body;
        const item = await verifyItem(body.value);
        if (!item.ok) return item;
        const accepted = await scheduler.accept(item.value);
        if (!accepted.ok) return accepted;
        outbox.push(accepted.value);
        return json({ message: "Processing DataItem", id: item.value.id }, 202);
      },
    },
    { method: "GET", path: "/", answer: () => json({ unit: "mu" }) },
    { method: "GET", path: "/log", answer: () => json(log.counts()) },
    {
      method: "POST",
      path: "/log/reset",
      answer: () => {
        log.reset();
        return ok({ status: 200, body: log.counts() });
      },
    },
  ];
}

async function pushMessagesOf(
  assignment: Assignment,
  parts: Parts,
): Promise<readonly Assignment[]> {
  const { process, item } = assignment;
  const result = await parts.compute.result(process, item.id);
  if (!result.ok) return [];
  const pushed: Assignment[] = [];
  for (const message of outboxOf(result.value["Messages"])) {
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

function outboxOf(messages: unknown): readonly OutboxMessage[] {
  const parsed = z.array(OutboxMessage).safeParse(messages);
  return parsed.success ? parsed.data : [];
}
