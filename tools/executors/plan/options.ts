import { z } from "zod";

export const Options = z.strictObject({
  limitMs: z
    .int()
    .min(1)
    .max(600_000)
    .default(30_000)
    .describe("How long a plugin may take to answer, in milliseconds"),
});
