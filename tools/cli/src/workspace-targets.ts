import path from "node:path";
import type { NxJsonConfiguration } from "@nx/devkit";
import { readFileSync } from "@slipway/signature/file-system";
import { graphKey } from "@slipway/signature/graph-key";
import { fail, ok } from "@slipway/signature/result";
import { signDerivation, withUpstreams } from "@slipway/signature/sign-workspace";
import {
  definitionsFile,
  readDefinitions,
  storeDefinitions,
} from "@slipway/signature/stored-definitions";
import { openWorkspaceTree } from "@slipway/signature/workspace-tree";
import type { Derivation, Result, SignatureFailure, SignedTargets, Tree } from "@slipway/signature";
import { commandEnvironment } from "./environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The targets of a workspace as it is now. */
export type WorkspaceTargets = {
  readonly tree: Tree;
  readonly environment: Environment;
  readonly derivation: Derivation;
};

/** Nx is asked only where what its graph depends on is not as it was when the definitions were stored. */
export async function openTargets(
  workspaceRoot: string,
  signal: AbortSignal,
): Promise<Result<WorkspaceTargets, SignatureFailure>> {
  const [opened, environment] = await Promise.all([
    openWorkspaceTree(workspaceRoot, signal),
    commandEnvironment(workspaceRoot, process.env),
  ]);
  if (!opened.ok) return opened;
  const tree = opened.value;
  const key = await graphKey(tree, environment, signal);
  const file = definitionsFile(workspaceRoot);
  const known = key === undefined ? undefined : await readDefinitions(file, key);
  if (known !== undefined) return ok({ tree, environment, derivation: known });
  const derived = await deriveNow(workspaceRoot);
  if (!derived.ok) return derived;
  const derivation = derived.value;
  const after = await openWorkspaceTree(workspaceRoot, signal);
  if (!after.ok) return after;
  // A file that changed meanwhile may be in the graph with either content.
  const isSettled = key !== undefined && key === (await graphKey(after.value, environment, signal));
  if (isSettled) await storeDefinitions(file, key, derivation);
  return ok({ tree: after.value, environment, derivation });
}

/** The same, with nothing of what Nx remembers of a graph that it made before. */
export async function deriveAnew(
  workspaceRoot: string,
): Promise<Result<Derivation, SignatureFailure>> {
  process.env["NX_CACHE_PROJECT_GRAPH"] = "false";
  return deriveNow(workspaceRoot);
}

/** In this process: a daemon may not have heard yet of the last edit. */
export async function deriveNow(
  workspaceRoot: string,
): Promise<Result<Derivation, SignatureFailure>> {
  process.env["NX_DAEMON"] = "false";
  const [{ createProjectGraphAsync, parseJson }, { deriveTargets }] = await Promise.all([
    import("@nx/devkit"),
    import("@slipway/signature"),
  ]);
  const graph = await createProjectGraphAsync({ exitOnError: false }).catch(problemsOf);
  if (Array.isArray(graph)) return fail({ reason: "graph-failed", problems: graph });
  const text = readFileSync(path.join(workspaceRoot, "nx.json"), "utf8");
  // It may have comments.
  const { namedInputs } = parseJson<NxJsonConfiguration>(text);
  return ok(deriveTargets(graph, namedInputs));
}

/** Nx throws errors of errors, some as often as it has plugins; the innermost texts say which file is wrong, and how. */
function problemsOf(error: unknown): string[] {
  const inner: unknown = isRecord(error) ? error["errors"] : undefined;
  const told = Array.isArray(inner) ? inner.filter(isRecord) : [];
  if (told.length > 0) return [...new Set(told.flatMap(problemsOf))];
  return [String(isRecord(error) ? error["message"] : error).trim()];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Signs these targets, and what they build on; all where none is named. */
export async function signThese(
  { tree, environment, derivation }: WorkspaceTargets,
  ids: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Result<SignedTargets, SignatureFailure>> {
  const wanted = ids === undefined ? derivation : withUpstreams(derivation, ids);
  return signDerivation(wanted, { tree, environment, signal });
}
