import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { digestOf, isDigest } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { actionSchema } from "./ingredients.ts";
import type { Ingredients, InputFile } from "./ingredients.ts";

const DigestText = z.custom<Digest>(
  (value) => typeof value === "string" && isDigest(value),
  "not a SHA-256 digest",
);

export const RecordedFile = z.union([
  z.strictObject({
    path: z.string(),
    digest: DigestText,
    sizeBytes: z.int().nonnegative(),
    executable: z.boolean(),
  }),
  z.strictObject({ path: z.string(), symlink: z.string() }),
]);

const RecordedEnv = z.union([
  z.strictObject({ name: z.string(), state: z.enum(["unset", "empty"]) }),
  z.strictObject({ name: z.string(), state: z.literal("set"), digest: DigestText }),
]);

/** An action as it is kept to be explained later: everything that went into its signature, and no secret. */
export const RecordedAction = z
  .strictObject({
    schema: z.literal(actionSchema),
    target: z.string(),
    projectRoot: z.string(),
    executor: z.string(),
    options: z
      .array(z.strictObject({ name: z.string(), digest: DigestText }).readonly())
      .readonly(),
    files: z.array(RecordedFile.readonly()).readonly(),
    env: z.array(RecordedEnv.readonly()).readonly(),
    tools: z.array(z.strictObject({ name: z.string(), version: z.string() }).readonly()).readonly(),
    upstreams: z
      .array(z.strictObject({ id: z.string(), signature: DigestText }).readonly())
      .readonly(),
    outputs: z.array(z.string()).readonly(),
    cached: z.boolean(),
    salt: z.string(),
    signature: DigestText,
  })
  .readonly();
export type RecordedAction = z.output<typeof RecordedAction>;
export type RecordedFile = z.output<typeof RecordedFile>;

export function recordAction(
  ingredients: Ingredients,
  files: readonly InputFile[],
  signature: Digest,
): RecordedAction {
  const { target, projectRoot, executor, env, tools, upstreams, outputs, salt } = ingredients;
  return {
    schema: actionSchema,
    target,
    projectRoot,
    executor,
    options: ingredients.options.map(({ name, value }) => ({
      name,
      digest: digestOf(canonicalJson(value)),
    })),
    files: files.map(recordFile),
    env,
    tools,
    upstreams,
    outputs,
    cached: ingredients.isCached,
    salt,
    signature,
  };
}

function recordFile(file: InputFile): RecordedFile {
  if (file.kind === "symlink") return { path: file.path, symlink: file.target };
  const { path, digest, sizeBytes, isExecutable } = file;
  return { path, digest, sizeBytes, executable: isExecutable };
}
