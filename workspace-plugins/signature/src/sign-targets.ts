import { encodeAction } from "./action.ts";
import type { Digest } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import { filesOfFileset } from "./fileset.ts";
import type { FileHasher } from "./file-hasher.ts";
import { listIngredients } from "./ingredients.ts";
import type { InputFile, Tool, Upstream } from "./ingredients.ts";
import type { FileListing, ListedFile, RegularFile } from "./listing.ts";
import type { LockedTools } from "./npm-lock.ts";
import { recordAction } from "./recorded-action.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { TargetDefinition } from "./target.ts";
import { orderByUpstreams } from "./upstream-order.ts";

export type SignedTarget = { readonly signature: Digest; readonly action: RecordedAction };

/** Where the ingredients of actions are found. */
export type Sources = {
  readonly listing: FileListing;
  readonly hash: FileHasher;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly lockedTools: LockedTools;
  /** The user's own: another one, another signature of everything. */
  readonly salt: string;
};

/** The work signature of each target by its id. Every file that any of them needs is read once. */
export async function signTargets(
  definitions: readonly TargetDefinition[],
  sources: Sources,
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<string, SignedTarget>, SignatureFailure>> {
  const ordered = orderByUpstreams(definitions);
  if (!ordered.ok) return ordered;
  const matched = matchFiles(ordered.value, sources.listing);
  if (!matched.ok) return matched;
  const digested = await digestFiles(matched.value, sources, signal);
  if (!digested.ok) return digested;
  const signed = new Map<string, SignedTarget>();
  for (const definition of ordered.value) {
    const listed = matched.value.get(definition.id) ?? [];
    const files = listed.map((file) => digested.value(file));
    const target = signTarget(definition, { ...sources, files, signed });
    if (!target.ok) return target;
    signed.set(definition.id, target.value);
  }
  return ok(signed);
}

function signTarget(
  definition: TargetDefinition,
  from: Sources & {
    readonly files: readonly InputFile[];
    readonly signed: ReadonlyMap<string, SignedTarget>;
  },
): Result<SignedTarget, SignatureFailure> {
  const tools = toolsOf(definition, from.lockedTools);
  if (!tools.ok) return tools;
  const ingredients = listIngredients(definition, {
    files: from.files,
    environment: from.environment,
    tools: tools.value,
    upstreams: upstreamsOf(definition, from.signed),
    salt: from.salt,
  });
  const { signature } = encodeAction(ingredients);
  return ok({ signature, action: recordAction(ingredients, signature) });
}

function upstreamsOf(
  definition: TargetDefinition,
  signed: ReadonlyMap<string, SignedTarget>,
): readonly Upstream[] {
  return definition.upstreams.map((id) => {
    const upstream = signed.get(id);
    if (upstream === undefined) throw new Error(`internal: ${id} is not signed yet`);
    return { id, signature: upstream.signature };
  });
}

function toolsOf(
  definition: TargetDefinition,
  lockedTools: LockedTools,
): Result<readonly Tool[], SignatureFailure> {
  const tools = new Map<string, Tool>();
  for (const name of definition.inputs.tools) {
    const found = lockedTools(name);
    if (found === undefined) {
      return fail({ reason: "tool-not-locked", target: definition.id, tool: name });
    }
    for (const tool of found) tools.set(`${tool.name}@${tool.version}`, tool);
  }
  return ok([...tools.values()]);
}

type FilesOfTargets = ReadonlyMap<string, readonly ListedFile[]>;

function matchFiles(
  definitions: readonly TargetDefinition[],
  listing: FileListing,
): Result<FilesOfTargets, SignatureFailure> {
  const known = new Map<string, readonly ListedFile[]>();
  const matched = new Map<string, readonly ListedFile[]>();
  for (const definition of definitions) {
    const files = new Map<string, ListedFile>();
    for (const fileset of definition.inputs.filesets) {
      const key = JSON.stringify(fileset);
      const before = known.get(key);
      const found = before === undefined ? filesOfFileset(fileset, listing) : ok(before);
      if (!found.ok) return found;
      known.set(key, found.value);
      for (const file of found.value) files.set(file.path, file);
    }
    matched.set(definition.id, [...files.values()]);
  }
  return ok(matched);
}

async function digestFiles(
  matched: FilesOfTargets,
  { listing, hash }: Sources,
  signal: AbortSignal,
): Promise<Result<(file: ListedFile) => InputFile, SignatureFailure>> {
  const regular = new Map<string, RegularFile>();
  for (const file of [...matched.values()].flat()) {
    if (file.kind === "file") regular.set(file.path, file);
  }
  const hashed = await hash(listing.folder, [...regular.values()], signal);
  for (const file of regular.keys()) {
    const failure = hashed.failures.get(file);
    if (failure !== undefined) return fail(failure);
  }
  return ok((file) => {
    if (file.kind === "symlink") return file;
    const digest = hashed.digests.get(file.path);
    if (digest === undefined) throw new Error(`internal: ${file.path} was not hashed`);
    return { kind: "file", ...digest };
  });
}
