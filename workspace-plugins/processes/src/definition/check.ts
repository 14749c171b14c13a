import { z } from "zod";
import { parseJsonPath } from "./json-path.ts";
import { compileSchema } from "./json-schema.ts";
import { Tags } from "./words.ts";

const Schema = z
  .union([z.boolean(), z.record(z.string(), z.json())])
  .superRefine((schema, context) => {
    const compiled = compileSchema(schema);
    if (typeof compiled === "string") {
      context.addIssue({
        code: "custom",
        message: `is no schema that can be checked: ${compiled}`,
      });
    }
  });

const PathText = z
  .string()
  .refine((text) => parseJsonPath(text) !== undefined, "must be a path as $.skills[0].name");

const Expectation = z
  .strictObject({
    tags: Tags.optional().meta({
      description: "Tags of the reply, by name; it may have others.",
    }),
    data: z.json().optional().meta({
      description:
        "Data of the reply, as JSON: objects may have more fields, all else is equal. A text is the whole data, or a JSON text.",
    }),
    paths: z.record(PathText, z.json()).optional().meta({
      description:
        "Values in the data by JSON path (RFC 9535: names, positions, `[*]`). The path leads to one value at least, and each is as data is compared.",
    }),
    schema: Schema.optional().meta({
      description: "JSON Schema (draft 7) of the data. A keyword that is not known is a problem.",
    }),
  })
  .refine((expect) => Object.values(expect).some((each) => each !== undefined), {
    error: "expect tags, data, paths, schema, or several",
  });

/** One question to a process, and what its reply has to hold. */
export const Check = z.strictObject({
  action: z.string().min(1).meta({ description: "Tag Action of the message." }),
  tags: Tags.default({}).meta({ description: "Other tags of the message." }),
  data: z.string().optional().meta({ description: "Data of the message." }),
  expect: Expectation.meta({ description: "What one of the replies has to hold." }),
});
export type Check = z.output<typeof Check>;
