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

export const Minutes = z
  .int()
  .min(1)
  .max(43_200)
  .meta({ description: "After how many minutes it is ended." });

/** Whatever it is: what is done with it, others know. */
export const Keys = z.record(z.string(), z.json());

/** What only the provider understands, by its name: laid over what is rendered for it. */
export const overrides = {
  github: Keys.optional().meta({
    description: "Keys of GitHub Actions alone, laid over what is rendered.",
  }),
  circleci: Keys.optional().meta({
    description: "Keys of CircleCI alone, laid over what is rendered.",
  }),
  buildkite: Keys.optional().meta({
    description: "Keys of Buildkite alone, laid over what is rendered.",
  }),
  jenkins: Keys.optional().meta({
    description: "Keys of Jenkins alone, laid over what is rendered.",
  }),
};
