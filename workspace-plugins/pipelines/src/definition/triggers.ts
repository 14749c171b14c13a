import { z } from "zod";
import { Name, Scalar, Text } from "./words.ts";
import { isCron } from "./cron.ts";

const Globs = z.array(Text);

export const Triggers = z.strictObject({
  push: z
    .strictObject({
      branches: Globs.optional().meta({ description: "Globs of branches." }),
      branches_ignore: Globs.optional().meta({
        description: "Globs of branches that do not count.",
      }),
      tags: Globs.optional().meta({ description: "Globs of tags." }),
      tags_ignore: Globs.optional().meta({ description: "Globs of tags that do not count." }),
    })
    .refine(
      ({ branches, branches_ignore: ignored }) => branches === undefined || ignored === undefined,
      "branches, or branches_ignore, not both",
    )
    .refine(
      ({ tags, tags_ignore: ignored }) => tags === undefined || ignored === undefined,
      "tags, or tags_ignore, not both",
    )
    .optional()
    .meta({
      description:
        "A push; without branches and tags, to any branch. With branches alone, no tag; with tags alone, no branch.",
    }),
  pull_request: z
    .strictObject({
      branches: Globs.optional().meta({
        description: "Globs of the branches that are merged into.",
      }),
      types: z
        .array(
          z.enum(["opened", "synchronize", "reopened", "closed", "labeled", "ready_for_review"]),
        )
        .optional()
        .meta({ description: "What happened to it." }),
    })
    .optional()
    .meta({ description: "A pull request is opened or gets commits." }),
  schedule: z
    .array(
      z.strictObject({
        cron: z
          .string()
          .refine(isCron, "five fields: minute, hour, day of month, month, day of week")
          .meta({ description: "Five fields, UTC." }),
        branches: z
          .array(Text)
          .optional()
          .meta({ description: "Names of branches that it runs on." }),
      }),
    )
    .optional()
    .meta({ description: "Times." }),
  manual: z
    .union([
      z.literal(true),
      z.strictObject({
        inputs: z
          .record(
            Name,
            z.strictObject({
              type: z
                .enum(["string", "boolean", "number", "choice"])
                .default("string")
                .meta({ description: "What can be said." }),
              description: z.string().optional().meta({ description: "The question." }),
              default: Scalar.optional().meta({ description: "Where nothing is said." }),
              required: z.boolean().default(false).meta({ description: "Something has to be." }),
              options: z.array(Text).optional().meta({ description: "Of a choice." }),
            }),
          )
          .optional()
          .meta({ description: "What the person is asked." }),
      }),
    ])
    .optional()
    .meta({ description: "A person starts it." }),
  merge_queue: z
    .literal(true)
    .optional()
    .meta({ description: "A queue tries commits together before they are merged." }),
});
export type Triggers = z.output<typeof Triggers>;
