import { z } from "zod";

export const Options = z.strictObject({
  suite: z
    .string()
    .regex(/^[a-z]+$/)
    .describe("Debian release, by code name"),
  packages: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/))
    .default([])
    .describe("Debian packages beside the smallest set"),
  reference: z.string().describe("Where a registry keeps it: host:port/repository:tag"),
});
