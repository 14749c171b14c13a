import { z } from "zod";

export const Options = z.strictObject({
  deployTarget: z.string().min(1).describe("The name of a target in ao.yml"),
  acceptStateLoss: z
    .boolean()
    .default(false)
    .describe("An upgrade may lose state that ao.yml declares"),
});
