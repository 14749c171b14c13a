import { z } from "zod";

export const Options = z.strictObject({
  layout: z.string().describe("workspace folder of the OCI layout"),
  reference: z.string().describe("where it goes: host[:port]/path:tag"),
  below: z
    .array(z.strictObject({ layout: z.string(), reference: z.string() }))
    .describe("where the images go that it stands on"),
  sign: z.boolean().optional().describe("whether this machine's key signs the provenance"),
});
