import { ok } from "@slipway/signature";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import { json, text } from "./route.ts";
import type { Route } from "./route.ts";
import type { Scheduler } from "./scheduler.ts";

/** The messenger unit over HTTP: takes signed items. */
export function messengerRoutes(
  intake: Intake,
  outbox: Outbox,
  scheduler: Scheduler,
): readonly Route[] {
  const monitor = (method: "POST" | "DELETE", said: string): Route => ({
    method,
    path: "/monitor/:process",
    kind: "monitor",
    answer: async (request) => {
      const body = await request.body();
      const item = body.ok ? await intake.read(body.value) : body;
      if (!item.ok) return item;
      const process = scheduler.history(request.path("process"));
      return process.ok ? text(said) : process;
    },
  });
  return [
    {
      method: "POST",
      path: "/",
      kind: "item",
      answer: async (request) => {
        const body = await request.body();
        if (!body.ok) return body;
        const item = await intake.read(body.value);
        if (!item.ok) return item;
        const taken = await intake.take(item.value);
        if (!taken.ok) return taken;
        if (taken.value.assignment !== undefined) outbox.push(taken.value.assignment);
        return accepted(item.value.id);
      },
    },
    // Asked for by deployers of cron; nothing is carried out.
    monitor("POST", "Monitoring process"),
    monitor("DELETE", "Process deleted"),
    { method: "GET", path: "/", answer: () => json({ unit: "mu" }) },
  ];
}

function accepted(id: string): ReturnType<Route["answer"]> {
  const body = { message: "Processing DataItem", id };
  return ok({ status: 202, body, item: id });
}
