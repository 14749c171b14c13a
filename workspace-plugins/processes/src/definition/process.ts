import path from "node:path/posix";
import { z } from "zod";
import { Check } from "./check.ts";
import { FolderPath, Id, LuaFilePath, Slug, Tags } from "./words.ts";

/** Tags that name the process, its kind or its deployer: they are ours to set. */
const reserved =
  /^(?:data-protocol|variant|type|module|scheduler|authority|name|sdk|timestamp|on-boot|content-type|action|signing-format|require-codec|accept-.*|(?:.*-)?device|(?:deploy|cron)-.*)$/i;

const OwnTags = Tags.superRefine((tags, context) => {
  for (const name of Object.keys(tags).filter((key) => reserved.test(key))) {
    context.addIssue({
      code: "custom",
      path: [name],
      message: "this tag is set by the deployment",
    });
  }
});

const LuaName = z.string().regex(/^[A-Za-z_]\w*$/, "must be a Lua name");

const Bundling = z.strictObject({
  minify: z.boolean().default(false).meta({
    description:
      "Comments and spaces left out, locals with short names; what comes out is parsed again and compared.",
  }),
  external: z
    .array(z.string().regex(/^\.?[\w-]+(?:[./][\w-]+)*$/, "must be a module name"))
    .default([])
    .meta({ description: "Modules that the network's module provides, beside those of aos." }),
  globals: z.array(LuaName).default([]).meta({
    description: "Globals that the network's module provides, beside those of aos: not doubted.",
  }),
  max_bytes: z
    .int()
    .min(1)
    .default(1024 * 1024)
    .meta({
      description:
        "Units refuse messages above a size of theirs. A bundle above this one fails before any is asked.",
    }),
});
export type Bundling = z.output<typeof Bundling>;

const Cron = z.strictObject({
  interval: z
    .string()
    .regex(
      /^[1-9]\d*-(?:second|minute|hour|day|month|year|block)s?$/,
      "must be a number and a unit, as 5-minutes or 10-blocks",
    )
    .meta({ description: "A number and a unit, as 5-minutes or 10-blocks." }),
  tags: Tags.default({}).meta({ description: "Of each message that the interval sends." }),
});

/** One AO process: what it is made from, what it needs, what must hold of it. */
export const ProcessDefinition = z.strictObject({
  name: z.string().min(1).optional().meta({
    description: "Tag Name of the process, which the network shows; without it, its key here.",
  }),
  source: LuaFilePath.meta({ description: "The main Lua file, under the project." }),
  modules: z.array(FolderPath).min(1).optional().meta({
    description:
      "Folders of the project where require looks, in this order; without it beside the source, then in the project.",
  }),
  bundle: Bundling.prefault({}).meta({ description: "How its Lua becomes one text." }),
  module: Id.optional().meta({ description: "Id of the AO module, over the target's." }),
  scheduler: Id.optional().meta({ description: "Address of the scheduler, over the target's." }),
  authority: Id.optional().meta({
    description: "Address whose messages the process trusts, over the target's.",
  }),
  tags: OwnTags.default({}).meta({
    description: "Tags of the process. Another set, another process.",
  }),
  cron: Cron.optional().meta({
    description: "Messages that the network sends it by itself, again and again.",
  }),
  on_boot: z.boolean().default(false).meta({
    description: "The code goes with the spawn, and is run by it: one signed item in place of two.",
  }),
  needs: z.array(Slug).default([]).meta({
    description:
      "Processes of this file whose ids its code reads, as `__AO_DEPLOY.processes.<name>`. They are deployed first; a ring is fine, but on boot.",
  }),
  state: z.array(LuaName).default([]).meta({
    description: "Globals that an upgrade must keep: compared before anything is signed.",
  }),
  checks: z.array(Check).default([]).meta({
    description:
      "Questions, and what the replies have to hold; asked by dry-runs, which write nothing.",
  }),
});
export type ProcessDefinition = z.output<typeof ProcessDefinition>;

/** Where `require` looks: beside the source, then in the project, where nothing else is said. */
export function searchFolders({
  source,
  modules,
}: Pick<ProcessDefinition, "source" | "modules">): readonly string[] {
  return modules ?? [...new Set([path.dirname(source), "."])];
}
