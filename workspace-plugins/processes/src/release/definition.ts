import { z } from "zod";
import { loadValidRange } from "../definition/late-modules.ts";

/** npm takes no tag that could be read as versions. */
const Tag = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9._-]*$/, "must be letters, digits, dots, hyphens, underscores")
  .refine((tag) => loadValidRange()(tag) === null, "must not read as a range of versions");

const path = z.string().regex(/^(?!\/)[^\\]+$/, "must be a relative path, with slashes");

const ReleasedPackage = z.strictObject({
  folder: path.describe("Of the package.json, relative to the project; inside of the workspace."),
  ids: path
    .optional()
    .describe("The file that carries ids of processes, as it is named inside of the package."),
});
export type ReleasedPackage = z.output<typeof ReleasedPackage>;

/** `release:` in `ao.yml`: npm packages that talk to the processes. Registry and token are npm's own configuration. */
export const ReleaseDefinition = z.strictObject({
  target: z
    .string()
    .min(1)
    .describe("The deploy target that is deployed and verified before anything is published."),
  tag: Tag.default("latest").describe("The dist-tag of what is published."),
  access: z
    .enum(["public", "restricted"])
    .optional()
    .describe("Of a scoped package; without it as npm's own configuration says."),
  packages: z
    .array(ReleasedPackage)
    .min(1)
    .describe(
      "Each a `folder` with a package.json and, where it carries ids of processes, the file of the `ids`.",
    ),
});
export type ReleaseDefinition = z.output<typeof ReleaseDefinition>;
