import { DigestText } from "@slipway/definitions/digest-text";
import { z } from "zod";

const relativePath = z
  .string()
  .regex(/^[^/\s\0][^\0\n]*$/, "must be a relative path")
  .refine((path) => !path.split("/").includes(".."), "must stay inside the project");

/** `sh` expands these, so they keep to its simplest patterns; a folder stands for all that is in it. */
const outputPattern = relativePath
  .regex(/^[A-Za-z0-9._/*?[\]@+-]+$/, "may hold letters, digits and . _ / * ? [ ] @ + -")
  .refine((pattern) => !pattern.startsWith("-"), "must not begin with -")
  .refine((pattern) => !pattern.includes("**"), "must not hold **: name the folder instead");

const inputPattern = z
  .string()
  .regex(/^!?[^/\s\0][^\0\n]*$/, "must be a relative pattern")
  .refine((pattern) => !pattern.split("/").includes(".."), "must stay inside the project");

const projectName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be a project's name");

const Limits = z.strictObject({
  memoryMebibytes: z
    .int()
    .min(16)
    .max(1024 ** 2)
    .default(2048),
  cpus: z.number().positive().max(512).default(2),
  pids: z.int().min(4).max(65_536).default(512),
  timeoutSeconds: z.int().min(1).max(86_400).default(300),
});

export type Limits = z.output<typeof Limits>;

export const SmokeDefinition = z.strictObject({
  /** The project of an agent or a base. */
  image: projectName,
  /** Which base of an agent; needed when it has several. */
  base: projectName.optional(),
  /** Globs below the project's folder. `!pattern` takes away what those before it brought in. */
  inputs: z.array(inputPattern).default([]),
  command: z.array(z.string().regex(/^[^\0]*$/, "must not hold a zero byte")).min(1),
  outputs: z.array(outputPattern).min(1),
  limits: Limits.prefault({}),
  golden: z.record(relativePath, DigestText).default({}),
});

export type SmokeDefinition = z.output<typeof SmokeDefinition>;

export const definitionName = "smoke.yml";
