import { canonicalJson } from "./canonical-json.ts";
import { digestOf, keyedDigestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { actionSchema } from "./ingredients.ts";
import type { EnvIngredient, Ingredients, InputFile, Tool, Upstream } from "./ingredients.ts";
import type { JsonIngredient } from "./json-fields.ts";
import type { SecretKey } from "./secret.ts";

/** Only digests of values: they may be secrets. */
type RecordedOption = { readonly name: string; readonly digest: Digest };

type RecordedEnv =
  | { readonly name: string; readonly state: "unset" | "empty" }
  | {
      readonly name: string;
      readonly state: "set";
      readonly digest: Digest;
      readonly value: string;
    }
  // The key of the workspace is in the digest: it tells two values apart, and nobody can try values against it.
  | {
      readonly name: string;
      readonly state: "set";
      readonly digest: Digest;
      readonly secret: true;
    };

export type RecordedFile =
  | {
      readonly path: string;
      readonly digest: Digest;
      readonly sizeBytes: number;
      readonly executable: boolean;
    }
  | { readonly path: string; readonly symlink: string };

/** An action as it is kept to be explained later: everything that went into its signature, and no secret value. */
export type RecordedAction = {
  readonly schema: number;
  readonly target: string;
  readonly projectRoot: string;
  readonly executor: string;
  readonly options: readonly RecordedOption[];
  readonly files: readonly RecordedFile[];
  /** Absent where no fields of JSON files count. */
  readonly jsonFields?: readonly JsonIngredient[];
  readonly env: readonly RecordedEnv[];
  readonly tools: readonly Tool[];
  readonly upstreams: readonly Upstream[];
  readonly outputs: readonly string[];
  readonly cached: boolean;
  readonly salt: string;
  readonly signature: Digest;
};

export async function recordAction(
  ingredients: Ingredients,
  files: readonly InputFile[],
  { signature, secretKey }: { readonly signature: Digest; readonly secretKey: SecretKey },
): Promise<RecordedAction> {
  const { target, projectRoot, executor, jsonFields, upstreams, outputs, salt } = ingredients;
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
    ...(jsonFields.length > 0 && { jsonFields }),
    env: await Promise.all(ingredients.env.map(async (one) => recordEnv(one, secretKey))),
    tools: [...ingredients.tools, ...ingredients.probes.map(recordProbe)],
    upstreams,
    outputs,
    cached: ingredients.isCached,
    salt,
    signature,
  };
}

async function recordEnv(variable: EnvIngredient, secretKey: SecretKey): Promise<RecordedEnv> {
  if (variable.state !== "set") return variable;
  const { name, state, value, isSecret } = variable;
  if (!isSecret) return { name, state, digest: digestOf(value), value };
  return { name, state, digest: keyedDigestOf(value, await secretKey()), secret: true };
}

/** Which variables are not as they were signed. */
export async function otherVariables(
  env: RecordedAction["env"],
  environment: Readonly<Record<string, string | undefined>>,
  secretKey: SecretKey,
): Promise<readonly string[]> {
  const others: string[] = [];
  for (const variable of env) {
    const value = environment[variable.name];
    const state = value === undefined ? "unset" : value === "" ? "empty" : "set";
    const isSame =
      variable.state === "set" && value !== undefined
        ? variable.digest ===
          ("secret" in variable ? keyedDigestOf(value, await secretKey()) : digestOf(value))
        : variable.state === state;
    if (!isSame) others.push(variable.name);
  }
  return others;
}

/** No npm package has such a name. */
function recordProbe({ name, version }: Tool): Tool {
  return { name: `$ ${name}`, version };
}

export function recordFile(file: InputFile): RecordedFile {
  if (file.kind === "symlink") return { path: file.path, symlink: file.target };
  const { path, digest, sizeBytes, isExecutable } = file;
  return { path, digest, sizeBytes, executable: isExecutable };
}
