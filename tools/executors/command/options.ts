import { z } from "zod";

export const Options = z.strictObject({
  command: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe("A line for /bin/sh, or a program and its arguments that no shell sees"),
  cwd: z
    .string()
    .optional()
    .describe("Where it runs, from the root of the workspace; without it, the project's folder"),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe("Variables of it, beside PATH, HOME, LC_ALL, TZ and those that the target declares"),
  timeoutSeconds: z.number().positive().optional().describe("How long it may take"),
});
