import { z } from "zod";

export const Options = z.strictObject({
  /** Workspace-relative folder of the project whose image is run. */
  imageRoot: z
    .string()
    .describe("Folder of the project whose image is run, relative to the workspace"),
});
