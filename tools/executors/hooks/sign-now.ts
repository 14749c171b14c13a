import type { ProjectGraph } from "@nx/devkit";
import { fail, openWorkspaceTree, signWorkspace } from "@slipway/signature";
import type { NamedInputs, Result, SignatureFailure, SignedTargets } from "@slipway/signature";

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
  const signed = await signWorkspace({
    tree: tree.value,
    graph: request.graph,
    namedInputs: request.namedInputs,
    environment: { ...process.env, ...request.facts },
    signal: request.signal,
  });
  await tree.value.save();
  return signed;
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
