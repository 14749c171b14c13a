import { issueWords } from "@slipway/definitions/issue-words";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { Step } from "../definition/step.ts";
import { parseToml, placedProblems, schemaProblems } from "../definition/toml-problems.ts";
import type { FoundProblem } from "../definition/toml-problems.ts";
import { Name, Scalar, Text } from "../definition/words.ts";
import { sandboxCapabilities } from "../plugins/sandbox-capabilities.ts";
import type { SandboxCapability } from "../plugins/sandbox-capabilities.ts";
import { isModuleName, parseAddress } from "./address.ts";
import type { Address, ModuleName } from "./address.ts";
import { isVersion } from "./constraint.ts";
import type { Version } from "./constraint.ts";
import type { ModulesFailure } from "./failure.ts";
import { isModulePath } from "./module-files.ts";
import type { ModulePath } from "./module-files.ts";

export const manifestName = "module.toml";

/** What a program of a module is for: one machine, or with a script all of them. */
export const platforms = [
  "any",
  "linux-x64",
  "linux-arm64",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
] as const;
export type Platform = (typeof platforms)[number];

/** The one of this machine; `any` where no module can have a program of its own for it. */
export function machinePlatform(): Platform {
  const own = `${process.platform}-${process.arch}`;
  return platforms.find((platform) => platform === own) ?? "any";
}

const Program = z.strictObject({
  program: z
    .string()
    .transform((text) => text.replace(/^\.\//, ""))
    .refine(isModulePath, "a file of the module, as ./plugin.ts"),
});

const capability = /^[a-z0-9][\w.-]*:[\w./-]+$/;
const Capability = z.string().regex(capability, "kind:name, as cache:bundler");
const CapabilityGlob = z.string().regex(/^[\w.*-]+:[\w./*-]+$/, "a glob of kind:name");

const Requirement = z.string().transform((text, context): Address => {
  const address = parseAddress(text);
  if ("message" in address) {
    const message = `${address.message} (character ${address.column})`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
  return address;
});

const inputTypes = ["string", "number", "boolean", "list"] as const;

const Input = z
  .strictObject({
    type: z.enum(inputTypes),
    default: z.union([Scalar, z.array(Scalar)]).optional(),
    optional: z.boolean().optional(),
    description: z.string().optional(),
    options: z.array(Scalar).min(1).optional(),
  })
  .superRefine(({ type, default: usual, options = [] }, context) => {
    const tell = (path: readonly string[], message: string): void =>
      context.addIssue({ code: "custom", path: [...path], message });
    const isOdd = usual !== undefined && !isOfType(usual, type);
    if (isOdd) tell(["default"], `must be ${kindOf[type]}, as its type says`);
    const parts = Array.isArray(usual) ? usual : [usual];
    if (!isOdd && usual !== undefined && options.length > 0) {
      const foreign = parts.find((each) => !options.some((option) => option === each));
      if (foreign !== undefined) tell(["default"], `${String(foreign)} is none of its options`);
    }
    if (type !== "list" && options.some((option) => !isOfType(option, type))) {
      tell(["options"], `must be of the type ${type}`);
    }
  });
export type Input = z.output<typeof Input>;

export const kindOf = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  list: "a list",
} as const;

export function isOfType(value: unknown, type: Input["type"]): boolean {
  return type === "list" ? Array.isArray(value) : typeof value === type;
}

const Manifest = z
  .strictObject({
    module: z.strictObject({
      name: z.string().refine(isModuleName, "namespace/name, in lower-case letters and digits"),
      version: z.string().refine(isVersion, "three numbers, as 1.2.3 or 2.0.0-rc.1"),
      description: z.string().optional(),
      capabilities: z.array(Capability).default([]),
      requires: z.array(Requirement).default([]),
      capabilities_required: z.array(z.enum(sandboxCapabilities)).default([]),
      conflicts_with: z.array(CapabilityGlob).default([]),
    }),
    inputs: z.record(Name, Input).default({}),
    provides: z
      .strictObject({ caches: z.array(Name).default([]), commands: z.array(Text).default([]) })
      .default({ caches: [], commands: [] }),
    run: z.union([Program, z.partialRecord(z.enum(platforms), Program)]).optional(),
    steps: z.array(Step).min(1).optional(),
  })
  .superRefine(({ run, steps, module }, context) => {
    if (run !== undefined && steps !== undefined) {
      const message = "a module has a program or steps, and not both";
      context.addIssue({ code: "custom", path: ["steps"], message });
    }
    if (run === undefined && steps === undefined && module.requires.length === 0) {
      const message = "run, steps, or modules that it requires";
      context.addIssue({ code: "custom", path: ["module"], message });
    }
    for (const [at, address] of module.requires.entries()) {
      if (!("name" in address) || address.name !== module.name) continue;
      const message = "a module cannot require itself";
      context.addIssue({ code: "custom", path: ["module", "requires", at], message });
    }
  });

/** What a `module.toml` says. */
export type ModuleManifest = {
  readonly name: ModuleName;
  readonly version: Version;
  readonly description: string;
  /** What it offers to others: `cache:bundler`. */
  readonly capabilities: readonly string[];
  readonly conflictsWith: readonly string[];
  readonly requires: readonly Address[];
  readonly capabilitiesRequired: readonly SandboxCapability[];
  readonly inputs: Readonly<Record<string, Input>>;
  readonly provides: { readonly caches: readonly string[]; readonly commands: readonly string[] };
  /** A `bundle` is only what it requires. */
  readonly content:
    | {
        readonly kind: "program";
        readonly programs: Readonly<Partial<Record<Platform, ModulePath>>>;
      }
    | { readonly kind: "steps"; readonly steps: readonly Step[] }
    | { readonly kind: "bundle" };
};

/** Of the text of a `module.toml`; all problems at once, with their places. */
export function parseManifest(
  file: string,
  text: string,
): Result<ModuleManifest, Extract<ModulesFailure, { readonly reason: "module-invalid" }>> {
  const toml = parseToml(file, text);
  if (!toml.ok) return fail({ reason: "module-invalid", file, problems: [toml.failure] });
  const manifest = manifestOf(toml.value);
  if (manifest.ok) return manifest;
  const problems = placedProblems(file, text, manifest.failure);
  return fail({ reason: "module-invalid", file, problems });
}

/** Of what a manifest holds, whatever it was written in. */
export function manifestOf(value: unknown): Result<ModuleManifest, readonly FoundProblem[]> {
  const parsed = Manifest.safeParse(value, { error: issueWords });
  if (!parsed.success) {
    return fail(parsed.error.issues.flatMap((issue) => schemaProblems(Manifest, issue)));
  }
  const { module, inputs, provides } = parsed.data;
  return ok({
    name: module.name,
    version: module.version,
    description: module.description ?? "",
    capabilities: module.capabilities,
    conflictsWith: module.conflicts_with,
    requires: module.requires,
    capabilitiesRequired: module.capabilities_required,
    inputs,
    provides,
    content: contentOf(parsed.data),
  });
}

function contentOf({ run, steps }: z.output<typeof Manifest>): ModuleManifest["content"] {
  if (steps !== undefined) return { kind: "steps", steps };
  if (run === undefined) return { kind: "bundle" };
  if (isProgram(run)) return { kind: "program", programs: { any: run.program } };
  const programs: Partial<Record<Platform, ModulePath>> = {};
  for (const platform of platforms) {
    const own = run[platform]?.program;
    if (own !== undefined) programs[platform] = own;
  }
  return { kind: "program", programs };
}

type Run = NonNullable<z.output<typeof Manifest>["run"]>;

function isProgram(run: Run): run is z.output<typeof Program> {
  return "program" in run;
}

/** The program for a machine, if there is one. */
export function programFor(
  { content }: ModuleManifest,
  platform: Platform,
): ModulePath | undefined {
  if (content.kind !== "program") return undefined;
  return content.programs[platform] ?? content.programs.any;
}
