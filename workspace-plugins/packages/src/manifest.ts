import { isTag } from "@slipway/registry";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { parseJsonFile } from "./json-file.ts";
import type { PackagesFailure } from "./failure.ts";
import { languages } from "./package-name.ts";

const named = z.object({
  package: z.string().min(1),
  version: z.string().min(1),
  optional: z.boolean().optional(),
});

const dependencies = z
  .object({ runtime: z.array(named).optional(), dev: z.array(named).optional() })
  .optional();

const schema = z
  .object({
    name: z
      .string()
      .regex(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/, "a name is lower-case letters, digits and . _ -"),
    version: z.string().refine(isTag, "a version is letters, digits and . _ -, as a tag"),
    description: z.string().optional(),
    language: z.object({ name: z.enum(languages), version: z.string().min(1).optional() }),
    dependencies,
    files: z
      .object({
        include: z.union([z.string(), z.array(z.string())]).optional(),
        exclude: z.array(z.string()).optional(),
      })
      .optional(),
    scripts: z.record(z.string().min(1), z.string().min(1)).optional(),
  })
  .superRefine((manifest, context) => {
    if (manifest.dependencies === undefined || manifest.language.version !== undefined) return;
    context.addIssue({
      code: "custom",
      path: ["language"],
      message: "language.version is required when dependencies are specified",
    });
  });

/** What `aigogo.json` says. Its bytes, not this, enter the integrity. */
export type PackageManifest = z.output<typeof schema>;

export function parsePackageManifest(
  file: string,
  text: string,
): Result<PackageManifest, PackagesFailure> {
  return parseJsonFile(file, text, schema);
}

const foreign = z.object({
  name: z.string().min(1).optional(),
  version: z.string().min(1).optional(),
  language: z.object({ name: z.string(), version: z.string().optional() }).optional(),
  dependencies,
});

/** The little that we need of somebody else's manifest. */
export function parseForeignManifest(
  file: string,
  text: string,
): Result<z.output<typeof foreign>, PackagesFailure> {
  return parseJsonFile(file, text, foreign);
}
