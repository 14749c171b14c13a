import { Slug } from "@slipway/processes";
import { z } from "zod";

/** The first word of the command line after the generator's own name. */
const firstWord = { $default: { $source: "argv", index: 0 } };

export const Options = z
  .strictObject({
    name: Slug.meta({ ...firstWord, description: "Folder, project and process" }),
    directory: z
      .string()
      .regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\][^\\]*$/, "must be a folder of the workspace")
      .default("examples")
      .describe("The folder in which the process gets its own"),
  })
  .describe("Writes a project with one AO process, its definition and a check");
