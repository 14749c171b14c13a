import { z } from "zod";

export const Options = z.strictObject({
  layouts: z.array(z.string()).describe("workspace folders of the OCI layouts to load"),
});
