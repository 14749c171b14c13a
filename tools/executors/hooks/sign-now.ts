import type { ProjectGraph } from "@nx/devkit";
import {
  definitionsFile,
  deriveTargets,
  fail,
  graphKey,
  hasDefinitions,
  isGraphSettled,
  signDerivation,
  storeDefinitions,
  withUpstreams,
} from "@slipway/signature";
import type {
  Derivation,
  NamedInputs,
  Result,
  SignatureFailure,
  SignedTargets,
  Tree,
} from "@slipway/signature";

type Request = {
  readonly graph: ProjectGraph;
  readonly namedInputs: NamedInputs | undefined;
  readonly facts: Readonly<Record<string, string>>;
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
};

/** The actions of targets, and of what they build on, as things are, with `facts` in place of what the environment says of them. */
export async function signIn(
  tree: Tree,
  { graph, namedInputs, facts, ids, signal }: Request,
): Promise<Result<SignedTargets, SignatureFailure>> {
  const derivation = deriveTargets(graph, namedInputs);
  const environment = { ...process.env, ...facts };
  const signed = await signDerivation(withUpstreams(derivation, ids), {
    tree,
    environment,
    signal,
  });
  await keepDefinitions(tree, derivation, signal);
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
  if (key === undefined || hasDefinitions(file, key)) return;
  await storeDefinitions(file, key, derivation);
}

/** What became of some targets, one by one: what stops all from being signed stops each of them. */
export function eachOf(
  ids: Iterable<string>,
  signed: Result<SignedTargets, SignatureFailure>,
): SignedTargets {
  const results = [...ids].flatMap((id) => {
    const result = signed.ok ? signed.value.get(id) : fail(signed.failure);
    return result === undefined ? [] : [[id, result] as const];
  });
  return new Map(results);
}
