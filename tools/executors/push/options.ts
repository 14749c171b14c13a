import { z } from "zod";

export const Options = z.strictObject({
  repository: z
    .string()
    .describe("Where the package goes: host[:port]/path, without a tag; its version is the tag."),
  sign: z
    .boolean()
    .optional()
    .describe("Whether this machine's key signs it; slipway smoke keys init makes one."),
});
