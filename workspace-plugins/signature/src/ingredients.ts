import { compareBytes } from "./byte-order.ts";
import type { Digest } from "./digest.ts";
import type { FileDigest } from "./file-digest.ts";
import type { JsonIngredient } from "./json-fields.ts";
import type { Symlink } from "./listing.ts";
import { isSecret } from "./secret.ts";
import type { TargetDefinition } from "./target.ts";
import type { DirectoryDigest } from "./tree/tree.ts";

/** Counts what an action is made of: with a new number every signature changes. */
export const actionSchema = 2;

export type InputFile = ({ readonly kind: "file" } & FileDigest) | Symlink;

export type EnvIngredient =
  | { readonly name: string; readonly state: "unset" | "empty" }
  | {
      readonly name: string;
      readonly state: "set";
      readonly value: string;
      readonly isSecret: boolean;
    };

export type Tool = { readonly name: string; readonly version: string };

export type Upstream = { readonly id: string; readonly signature: Digest };

/** The full and only list of what can change the result of a target, each list in the order of its bytes. */
export type Ingredients = {
  readonly schema: number;
  readonly target: string;
  readonly projectRoot: string;
  readonly executor: string;
  readonly options: readonly { readonly name: string; readonly value: unknown }[];
  /** The digest of the Merkle tree of the files. */
  readonly inputRoot: DirectoryDigest;
  readonly env: readonly EnvIngredient[];
  readonly tools: readonly Tool[];
  /** By command; the version is what it printed. */
  readonly probes: readonly Tool[];
  readonly jsonFields: readonly JsonIngredient[];
  readonly upstreams: readonly Upstream[];
  readonly outputs: readonly string[];
  readonly isCached: boolean;
  readonly salt: string;
};

/** What a definition names, found. */
export type Found = {
  readonly inputRoot: DirectoryDigest;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tools: readonly Tool[];
  readonly probes: readonly Tool[];
  readonly jsonFields: readonly JsonIngredient[];
  readonly upstreams: readonly Upstream[];
  /** The user's own: another one, another signature of everything. */
  readonly salt: string;
};

export function listIngredients(definition: TargetDefinition, found: Found): Ingredients {
  return {
    schema: actionSchema,
    target: definition.id,
    projectRoot: definition.projectRoot,
    executor: definition.executor,
    options: Object.entries(definition.options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({ name, value }))
      .toSorted(byName),
    inputRoot: found.inputRoot,
    env: sortedUnique(definition.inputs.env).map((name) =>
      envIngredient(name, found.environment[name], definition.inputs.secrets),
    ),
    tools: found.tools.toSorted((a, b) => byName(a, b) || compareBytes(a.version, b.version)),
    probes: found.probes.toSorted(byName),
    jsonFields: found.jsonFields,
    upstreams: found.upstreams.toSorted((a, b) => compareBytes(a.id, b.id)),
    outputs: sortedUnique(definition.outputs),
    isCached: definition.isCached,
    salt: found.salt,
  };
}

function envIngredient(
  name: string,
  value: string | undefined,
  secrets: readonly string[] = [],
): EnvIngredient {
  if (value === undefined) return { name, state: "unset" };
  if (value === "") return { name, state: "empty" };
  return { name, state: "set", value, isSecret: isSecret(name, value, secrets) };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareBytes(a.name, b.name);
}

function sortedUnique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted(compareBytes);
}
