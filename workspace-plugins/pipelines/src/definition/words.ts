import { z } from "zod";

/** Of a job, workflow, runner or whatever else the file names itself. */
export const Name = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, "letters, digits, - and _ only");

export const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _ only, no digit first");

export const Text = z.string().min(1);

export const Scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.output<typeof Scalar>;

/** A path or glob relative to the workspace, or `@group`. */
export const Pattern = Text.refine(
  (pattern) => !/^!?\/|(^!?|\/)\.\.(\/|$)/.test(pattern),
  "leads out of the workspace",
);

export const Minutes = z.int().min(1).max(43_200);

/** What only the provider understands, by its name: laid over what is rendered for it. */
export const overrides = {
  github: z.record(z.string(), z.json()).optional().meta({
    description: "Keys of GitHub Actions alone, laid over what is rendered.",
  }),
  circleci: z.record(z.string(), z.json()).optional().meta({
    description: "Keys of CircleCI alone, laid over what is rendered.",
  }),
  buildkite: z.record(z.string(), z.json()).optional().meta({
    description: "Keys of Buildkite alone, laid over what is rendered.",
  }),
  jenkins: z.record(z.string(), z.json()).optional().meta({
    description: "Keys of Jenkins alone, laid over what is rendered.",
  }),
};
