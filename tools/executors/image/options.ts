import { ImageName } from "@slipway/images";
import { z } from "zod";

export const Options = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("base").describe("a base: base.yml and its own Dockerfile"),
    rootfs: z.string().describe("workspace folder of the root file system's layout"),
  }),
  z.strictObject({
    kind: z.literal("agent").describe("an agent: agent.yml, install.sh and version.sh"),
    bases: z
      .array(z.strictObject({ name: ImageName, project: z.string(), folder: z.string() }))
      .describe("the bases it is built on"),
  }),
]);
