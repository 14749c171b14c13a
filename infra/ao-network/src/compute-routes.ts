import { z } from "zod";
import type { Compute } from "./compute.ts";
import { json } from "./http.ts";
import type { Route } from "./http.ts";
import { parseJsonBody } from "./json-body.ts";
import { Tag } from "./tag.ts";

const DryRunBody = z.object({
  Id: z.string().default("1234"),
  Owner: z.string().default("1234"),
  From: z.string().optional(),
  Target: z.string().optional(),
  Anchor: z.string().default("0"),
  Data: z.string().default("1234"),
  Tags: z.array(z.object(Tag.shape)).default([]),
});

/** The compute unit over HTTP. A dry-run needs no signature: whoever asks names the owner. */
export function computeRoutes(compute: Compute): readonly Route[] {
  return [
    { method: "GET", path: "/", answer: () => json({ unit: "cu" }) },
    {
      method: "GET",
      path: "/result/:message",
      kind: "result",
      answer: async (request) => {
        const result = await compute.result(request.query("process-id"), request.path("message"));
        return result.ok ? json(result.value) : result;
      },
    },
    {
      method: "POST",
      path: "/dry-run",
      kind: "dry-run",
      answer: async (request) => {
        const bytes = await request.body();
        if (!bytes.ok) return bytes;
        const body = parseJsonBody(bytes.value, DryRunBody);
        if (!body.ok) return body;
        const process = request.query("process-id");
        const { From, Target = process, ...message } = body.value;
        const result = await compute.dryRun(process, { ...message, From, Target });
        return result.ok ? json(result.value) : result;
      },
    },
  ];
}
