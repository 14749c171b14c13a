import { ImageName } from "@slipway/images";
import { z } from "zod";

const layout = z.string().describe("workspace folder that the OCI layout goes to");

const made = z.strictObject({
  reference: z.string().describe("what a definition calls it"),
  layout: z.string().describe("workspace folder of its OCI layout"),
  target: z.string().describe("the target that makes it"),
});

const images = z.array(made).describe("images of the workspace that its Dockerfiles name");

const lockedSays = "what slipway.images.lock has of it, so that it is signed";

/** By the references that a Dockerfile begins with or names. */
const lockedImages = z
  .record(
    z.string(),
    z.strictObject({ digest: z.string(), platforms: z.record(z.string(), z.string()) }),
  )
  .optional()
  .describe(lockedSays);

const lockedAgent = z
  .strictObject({ version: z.string(), definition: z.string() })
  .optional()
  .describe(lockedSays);

const frozen = z
  .boolean()
  .optional()
  .describe("build an agent by a version that is locked for its definition, or fail");

const base = z.strictObject({
  kind: z.literal("base").describe("a base: base.yml and its own Dockerfile"),
  name: z.string(),
  layout,
  rootfs: made
    .omit({ reference: true })
    .optional()
    .describe("the root file system that it stands on"),
  images,
  locked: lockedImages,
  frozen,
});

const agent = z.strictObject({
  kind: z.literal("agent").describe("an agent on a base: agent.yml, install.sh and version.sh"),
  name: z.string(),
  layout,
  base: made.extend({ name: ImageName }).describe("the base that it goes on"),
  locked: lockedAgent,
  frozen,
});

const extended = z.strictObject({
  kind: z.literal("extended").describe("an agent's image with extensions: image-extended.yml"),
  reference: z.string(),
  layout,
  agent: made.extend({ name: z.string() }).optional().describe("the image that it extends"),
  extensions: z.array(z.strictObject({ name: z.string(), folder: z.string() })),
  images,
  locked: lockedImages,
  frozen,
});

const refused = z.strictObject({
  kind: z.literal("refused").describe("an image that the workspace cannot have"),
  refusal: z
    .discriminatedUnion("reason", [
      z.strictObject({
        reason: z.literal("image-name-taken"),
        file: z.string(),
        reference: z.string(),
        other: z.string(),
      }),
      z.strictObject({
        reason: z.literal("image-ring"),
        file: z.string(),
        references: z.array(z.string()),
      }),
      z.strictObject({
        reason: z.literal("image-parts-unknown"),
        file: z.string(),
        parts: z.array(z.string()),
      }),
      z.strictObject({ reason: z.literal("agent-without-base"), file: z.string() }),
    ])
    .describe("why"),
});

export const Options = z.discriminatedUnion("kind", [base, agent, extended, refused]);
