import { z } from "zod";

export const Options = z.strictObject({
  deployTarget: z
    .string()
    .min(1)
    .optional()
    .describe("The target of ao.yml that is verified first; without it that of release"),
  tag: z.string().min(1).optional().describe("The dist-tag; without it that of release"),
  mayMoveBack: z.boolean().default(false).describe("Let the dist-tag go to an older version"),
});
