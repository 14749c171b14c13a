import type { ProjectGraph } from "@nx/devkit";
import {
  definitionsFile,
  deriveTargets,
  fail,
  graphKey,
  hasDefinitions,
  isGraphSettled,
  openWorkspaceTree,
  signDerivation,
  storeDefinitions,
} from "@slipway/signature";
import type {
  Derivation,
  NamedInputs,
  Result,
  SignatureFailure,
  SignedTargets,
  Tree,
} from "@slipway/signature";

/** The actions of all our targets as things are, with `facts` in place of what the environment says of them. */
export async function signNow(request: {
  readonly workspaceRoot: string;
  readonly graph: ProjectGraph;
  readonly namedInputs: NamedInputs | undefined;
  readonly facts: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): Promise<Result<SignedTargets, SignatureFailure>> {
  const tree = await openWorkspaceTree(request.workspaceRoot, request.signal);
  if (!tree.ok) return tree;
  const derivation = deriveTargets(request.graph, request.namedInputs);
  const signed = await signDerivation(derivation, {
    tree: tree.value,
    environment: { ...process.env, ...request.facts },
    signal: request.signal,
  });
  await keepDefinitions(tree.value, derivation, request.signal);
  await tree.value.save();
  return signed;
}

/** What a graph is made of has been at rest for so long when a command begins that its graph has what is there now. */
const restMs = 10_000;

/** For commands that do without Nx. The graph was made after this process began, if not from what a daemon knew. */
async function keepDefinitions(
  tree: Tree,
  derivation: Derivation,
  signal: AbortSignal,
): Promise<void> {
  if (!isGraphSettled(tree, performance.timeOrigin - restMs)) return;
  const key = await graphKey(tree, process.env, signal);
  const file = definitionsFile(tree.folder);
  if (key === undefined || (await hasDefinitions(file, key))) return;
  await storeDefinitions(file, key, derivation);
}

/** What became of some targets, one by one: what stops all from being signed stops each of them. */
export async function signEach(
  ids: Iterable<string>,
  request: Parameters<typeof signNow>[0],
): Promise<SignedTargets> {
  const signed = await signNow(request);
  const results = [...ids].flatMap((id) => {
    const result = signed.ok ? signed.value.get(id) : fail(signed.failure);
    return result === undefined ? [] : [[id, result] as const];
  });
  return new Map(results);
}
