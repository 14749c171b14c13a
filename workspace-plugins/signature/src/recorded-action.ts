import { canonicalJson } from "./canonical-json.ts";
import { digestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { actionSchema } from "./ingredients.ts";
import type { EnvIngredient, Ingredients, InputFile, Tool, Upstream } from "./ingredients.ts";

/** Only digests of values: they may be secrets. */
type RecordedOption = { readonly name: string; readonly digest: Digest };

export type RecordedFile =
  | {
      readonly path: string;
      readonly digest: Digest;
      readonly sizeBytes: number;
      readonly executable: boolean;
    }
  | { readonly path: string; readonly symlink: string };

/** An action as it is kept to be explained later: everything that went into its signature, and no secret. */
export type RecordedAction = {
  readonly schema: number;
  readonly target: string;
  readonly projectRoot: string;
  readonly executor: string;
  readonly options: readonly RecordedOption[];
  readonly files: readonly RecordedFile[];
  readonly env: readonly EnvIngredient[];
  readonly tools: readonly Tool[];
  readonly upstreams: readonly Upstream[];
  readonly outputs: readonly string[];
  readonly cached: boolean;
  readonly salt: string;
  readonly signature: Digest;
};

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
