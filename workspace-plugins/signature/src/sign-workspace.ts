import path from "node:path";
import type { ProjectGraph } from "@nx/devkit";
import type { SignatureFailure } from "./failure.ts";
import { readTextIfPresent } from "./read-text.ts";
import type { InputTree } from "./input-files.ts";
import { readNpmLock } from "./npm-lock.ts";
import type { LockedTools } from "./npm-lock.ts";
import { deriveTargets } from "./nx-targets.ts";
import type { Derivation, NamedInputs } from "./nx-targets.ts";
import { ok } from "./result.ts";
import type { Result } from "./result.ts";
import { probeIn } from "./probe.ts";
import { saltVariable } from "./salt.ts";
import { secretKeyIn } from "./secret.ts";
import { signTargets } from "./sign-targets.ts";
import type { SignedTargets, Sources } from "./sign-targets.ts";
import type { Tree } from "./tree/tree.ts";

/**
 * The signatures of the targets of all projects of ours, and of those they build on, as the workspace is on disk. Fails
 * as a whole only where neither its files nor its lock can be read.
 */
export async function signWorkspace(workspace: {
  /** Of the whole workspace. */
  readonly tree: Tree;
  readonly graph: ProjectGraph;
  /** Of nx.json. */
  readonly namedInputs: NamedInputs | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}): Promise<Result<SignedTargets, SignatureFailure>> {
  const { graph, namedInputs, ...from } = workspace;
  return signDerivation(deriveTargets(graph, namedInputs), from);
}

/** Of a derivation these targets alone, and what they build on. */
export function withUpstreams(
  { definitions, failures }: Derivation,
  ids: Iterable<string>,
): Derivation {
  const known = new Map(definitions.map((definition) => [definition.id, definition]));
  const wanted = new Set(ids);
  for (const id of wanted)
    for (const upstream of known.get(id)?.upstreams ?? []) wanted.add(upstream);
  return {
    definitions: definitions.filter(({ id }) => wanted.has(id)),
    failures: new Map([...failures].filter(([id]) => wanted.has(id))),
  };
}

/** The same of targets that are derived already, all of them or some with all that they build on. */
export async function signDerivation(
  { definitions, failures }: Derivation,
  workspace: {
    readonly tree: Pick<Tree, "folder"> & InputTree;
    /** The workspace whose key hides secret values, where it is not that of the tree: two trees can be compared then. */
    readonly keysFrom?: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
  },
): Promise<Result<SignedTargets, SignatureFailure>> {
  const { tree, environment, signal } = workspace;
  const lockedTools = await readLockedTools(tree.folder);
  if (!lockedTools.ok) return lockedTools;
  const sources = {
    tree,
    environment,
    lockedTools: lockedTools.value,
    ...hostSources(tree.folder, environment, workspace.keysFrom),
    salt: environment[saltVariable] ?? "",
  };
  return ok(await signTargets(definitions, sources, signal, failures));
}

/** What of a target's ingredients is found on this machine, outside of the tree. */
export function hostSources(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
  keysFrom = root,
): Pick<Sources, "probe" | "secretKey"> {
  return { probe: probeIn(root, environment), secretKey: secretKeyIn(keysFrom) };
}

async function readLockedTools(root: string): Promise<Result<LockedTools, SignatureFailure>> {
  const file = "package-lock.json";
  const text = await readTextIfPresent(path.join(root, file));
  return text === undefined ? ok(() => undefined) : readNpmLock(file, text);
}
