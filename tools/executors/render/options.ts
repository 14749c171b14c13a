import { z } from "zod";

export const Options = z.strictObject({
  check: z
    .boolean()
    .default(false)
    .describe("Write nothing, and fail where a file is not as it was planned"),
});
