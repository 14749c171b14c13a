import { z } from "zod";

export const Options = z.strictObject({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .default(5055)
    .describe("The loopback port; the same as in the options of @slipway/packages/plugin."),
});
