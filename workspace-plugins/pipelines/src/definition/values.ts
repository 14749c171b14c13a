import { z } from "zod";
import { Name, Scalar, Text, VariableName } from "./words.ts";

/** What every provider knows of a run. */
export const runFacts = [
  "commit",
  "branch",
  "head-branch",
  "tag",
  "event",
  "base-branch",
  "run-number",
  "actor",
] as const;
export type RunFact = (typeof runFacts)[number];

/** A value that is known when a job runs: a text with templates, or where it comes from. */
export const Value = z
  .union([
    Scalar,
    z.strictObject({ secret: VariableName.meta({ description: "Name of a secret." }) }),
    z.strictObject({ input: Name.meta({ description: "Of a manual start." }) }),
    z.strictObject({
      output: Text.regex(/^[\w-]+\.[\w-]+$/, "as job.output").meta({ description: "`job.output`" }),
    }),
    z.strictObject({
      step: Text.regex(/^[\w-]+\.[\w-]+$/, "as step.output").meta({ description: "`step.output`" }),
    }),
    z.strictObject({ fact: z.enum(runFacts).meta({ description: "Of the run." }) }),
  ])
  .meta({
    description:
      "A text, or `{ secret }` (kept by the provider), `{ input }` (of a manual start), `{ output }` (`job.name`), `{ step }` (`step.output` of the same job), `{ fact }` of the run.",
  });
export type Value = z.output<typeof Value>;

export const Environment = z.record(VariableName, Value).meta({
  description: "Variables; those of a job win over those of the file, those of a step over both.",
});
