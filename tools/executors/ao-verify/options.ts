import { z } from "zod";

export const Options = z.strictObject({
  deployTarget: z.string().min(1).describe("The name of a target in ao.yml"),
});
