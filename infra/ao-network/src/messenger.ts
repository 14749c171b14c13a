import { verifyItem } from "./item.ts";
import { json } from "./http.ts";
import type { Route } from "./http.ts";
import type { Outbox } from "./outbox.ts";
import type { RequestLog } from "./request-log.ts";
import type { Scheduler } from "./scheduler.ts";

/** The messenger unit over HTTP: takes signed items, and tells what was asked of the whole network. */
export function messengerRoutes(
  scheduler: Scheduler,
  outbox: Outbox,
  log: RequestLog,
): readonly Route[] {
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
        return json(log.counts());
      },
    },
  ];
}
