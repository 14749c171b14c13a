import { ImageName } from "@slipway/images";
import { z } from "zod";

/** The first word of the command line after the generator's own name. */
const firstWord = { $default: { $source: "argv", index: 0 } };

export const Options = z
  .strictObject({
    name: ImageName.meta({
      ...firstWord,
      description: "Folder, project and command: the image must answer to <name> --version",
    }),
    /** It goes between double quotes in a shell script. */
    package: z
      .string()
      .regex(
        /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/,
        "must be the name of an npm package",
      )
      .describe("The npm package that install.sh installs"),
    /** Not `version`: Nx takes that word of the command line for itself. */
    agentVersion: z
      .string()
      .regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/, "must be one version, such as 1.2.3")
      .max(64)
      .describe("The version that is pinned, as the agent itself prints it"),
    fullName: z
      .string()
      .regex(/\S/, "must not be empty")
      .describe("What people call it, such as OpenAI Codex"),
    homepage: z.url({ protocol: /^https?$/ }).describe("Where people read about it"),
    directory: z
      .string()
      .regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\][^\\]*$/, "must be a folder of the workspace")
      .default("examples/agents")
      .describe("The folder in which the agent gets its own"),
  })
  .describe("Writes the definition of an agent that is installed from npm");
