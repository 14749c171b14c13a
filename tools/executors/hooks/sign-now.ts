import type { ProjectGraph } from "@nx/devkit";
import {
  digestOf,
  hashInProcess,
  listFiles,
  saltVariable,
  signWorkspace,
  slipwayTag,
  treeFacts,
} from "@slipway/signature";
import type { NamedInputs, Result, SignatureFailure, SignedTargets } from "@slipway/signature";

export type Facts = Readonly<Record<string, string>>;

/** Mode bits and symlink targets of each of our projects, as variables. Empty where the files cannot be listed. */
export async function filesFacts(
  workspaceRoot: string,
  graph: ProjectGraph,
  signal: AbortSignal,
): Promise<Facts> {
  const listing = await listFiles(workspaceRoot, signal);
  if (!listing.ok) return {};
  const projects = Object.values(graph.nodes)
    .filter((node) => node.data.tags?.includes(slipwayTag) === true)
    .map((node) => ({ name: node.name, root: node.data.root }));
  const salt = process.env[saltVariable] ?? "";
  const facts = Object.entries(treeFacts(listing.value, projects));
  // What the user adds to every signature has to reach Nx's hash by something that every target declares.
  return Object.fromEntries(
    facts.map(([name, fact]) => [name, salt === "" ? fact : `${fact} ${digestOf(salt)}`]),
  );
}

/** The actions of all our targets as things are, with `facts` in place of what the environment says of them. */
export async function signNow(request: {
  readonly workspaceRoot: string;
  readonly graph: ProjectGraph;
  readonly namedInputs: NamedInputs | undefined;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}): Promise<Result<SignedTargets, SignatureFailure>> {
  return signWorkspace({
    root: request.workspaceRoot,
    graph: request.graph,
    namedInputs: request.namedInputs,
    environment: { ...process.env, ...request.facts },
    hash: hashInProcess,
    signal: request.signal,
  });
}
