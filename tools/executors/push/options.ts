import { z } from "zod";

export const Options = z.strictObject({
  repository: z
    .string()
    .describe("Where the package goes: host[:port]/path, without a tag; its version is the tag."),
  rivals: z
    .array(z.string())
    .optional()
    .describe(
      "Folders of other packages of the workspace that would be pushed under the same name.",
    ),
  sign: z
    .boolean()
    .optional()
    .describe("Whether this machine's key signs it; slipway smoke keys init makes one."),
});
