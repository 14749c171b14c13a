import { isTag } from "@slipway/registry";
import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { PackagesFailure } from "./failure.ts";
import { manifestShape } from "./manifest-shape.ts";
import { languages } from "./package-name.ts";
import { parseStructJson } from "./struct-json.ts";
import type { ReadStruct } from "./struct-json.ts";

const strings = z.array(z.string());
/** Go reads what is missing as an empty text, so both are told alike. */
const required = (message: string) =>
  z.string({ error: ({ input }) => (input === undefined ? message : undefined) }).min(1, message);

const dependencies = z
  .object({ runtime: dependencyList("dependency"), dev: dependencyList("dev dependency") })
  .optional();

const language = z.object(
  {
    name: z.enum(languages, { error: ({ input }) => languageProblem(input) }),
    runtime: z.string().optional(),
    version: z
      .string()
      .optional()
      .transform((version) => version || undefined),
  },
  { error: ({ input }) => (input === undefined ? languageProblem(input) : undefined) },
);

const files = z
  .object(
    { include: z.union([z.string(), strings]).optional(), exclude: strings.optional() },
    {
      error: ({ input }) =>
        typeof input === "string" || Array.isArray(input)
          ? `files is an object: ${JSON.stringify({ include: input })}`
          : undefined,
    },
  )
  .optional();

const scripts = z
  .record(z.string(), z.string())
  .superRefine((named, context) => {
    for (const [name, file] of Object.entries(named)) {
      if (name === "" || file === "") {
        const message =
          name === ""
            ? "script name cannot be empty"
            : `script file path cannot be empty for ${name}`;
        context.addIssue({ code: "custom", path: [name], message });
      }
    }
  })
  .optional();

const metadata = z
  .object({
    license: z.string().optional(),
    homepage: z.string().optional(),
    tags: strings.optional(),
    extra: z.record(z.string(), z.string()).optional(),
  })
  .optional();

const ai = z
  .object({
    summary: z.string().optional(),
    capabilities: strings.optional(),
    usage: z.string().optional(),
    inputs: z.string().optional(),
    outputs: z.string().optional(),
  })
  .optional();

const schema = z
  .object({
    name: required("name is required"),
    version: required("version is required"),
    description: z.string().optional(),
    author: z.string().optional(),
    language,
    dependencies,
    files,
    scripts,
    metadata,
    ai,
  })
  .superRefine((manifest, context) => {
    if (manifest.dependencies === undefined || manifest.language.version !== undefined) return;
    context.addIssue({
      code: "custom",
      path: ["language"],
      message: "language.version is required when dependencies are specified",
    });
  });

const name = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/** Name and version become the repository and the tag that a package is pushed to. */
const publishable = schema.superRefine((manifest, context) => {
  if (!name.test(manifest.name)) {
    const message = "a name is lower-case letters, digits and . _ -";
    context.addIssue({ code: "custom", path: ["name"], message });
  }
  if (!isTag(manifest.version)) {
    const message = "a version is letters, digits and . _ -, as a tag";
    context.addIssue({ code: "custom", path: ["version"], message });
  }
});

/** What `aigogo.json` says. Its bytes, not this, enter the integrity. */
export type PackageManifest = z.output<typeof schema>;

/** A manifest whose name and version can be those of a repository and its tag. */
export function parsePackageManifest(
  file: string,
  text: string,
): Result<PackageManifest, PackagesFailure> {
  return valueOf(parseStructJson(file, text, { shape: manifestShape, schema: publishable }));
}

/** A manifest as its author edits it: any name and version, and every key that stands in the file. */
export function parseManifestSource(
  file: string,
  text: string,
): Result<ReadStruct<PackageManifest>, PackagesFailure> {
  return parseStructJson(file, text, { shape: manifestShape, schema });
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
  return valueOf(parseStructJson(file, text, { shape: manifestShape, schema: foreign }));
}

const runnable = foreign.extend({ scripts: z.record(z.string(), z.string()).optional() });

/** What is needed to run a script of a package. */
export function parseScriptManifest(
  file: string,
  text: string,
): Result<z.output<typeof runnable>, PackagesFailure> {
  return valueOf(parseStructJson(file, text, { shape: manifestShape, schema: runnable }));
}

function dependencyList(kind: "dependency" | "dev dependency") {
  const declared = z.object({
    package: required(`${kind} package name is required`),
    version: z.string().default(""),
    optional: z.boolean().optional(),
  });
  const complete = declared.superRefine((one, context) => {
    if (one.version !== "") return;
    const message = `${kind} version is required for ${one.package}`;
    context.addIssue({ code: "custom", path: ["version"], message });
  });
  return z.array(complete).optional();
}

function languageProblem(input: unknown): string {
  return input === undefined || input === ""
    ? "language.name is required"
    : `unsupported language: ${typeof input === "string" ? input : JSON.stringify(input)} (supported: [${languages.join(" ")}])`;
}

function valueOf<Value>(
  read: Result<ReadStruct<Value>, PackagesFailure>,
): Result<Value, PackagesFailure> {
  return read.ok ? ok(read.value.value) : read;
}
