import { z } from "zod";

export const Options = z.strictObject({
  state: z
    .string()
    .default(".slipway/ao-network")
    .describe("folder of its state, in the workspace"),
});
