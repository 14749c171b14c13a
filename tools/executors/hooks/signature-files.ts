import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ProjectGraph } from "@nx/devkit";
import { jobSignatures } from "@slipway/pipelines/job-signatures";
import type { Failure } from "@slipway/report";
import {
  digestOf,
  ok,
  ownFactFile,
  ownFactValue,
  renderSignatures,
  unsignedFactValue,
} from "@slipway/signature";
import type { Digest, Result, SignedTargets, TargetName, Tree } from "@slipway/signature";

/** What the file of each `signature` target has to say, by the id of the target. */
export type SignatureFiles = ReadonlyMap<string, Result<string, Failure>>;

const signatureExecutor = "@slipway/executors:signature";

/** The targets whose signatures a command needs: a `signature` target is of all targets of its project. */
export function idsToSign(
  targets: ReadonlyMap<string, TargetName>,
  graph: ProjectGraph,
): readonly string[] {
  return [...targets].flatMap(([id, { project, target }]) => {
    const others = graph.nodes[project]?.data.targets ?? {};
    const isOfAll = others[target]?.executor === signatureExecutor;
    return isOfAll ? Object.keys(others).map((name) => `${project}:${name}`) : [id];
  });
}

/**
 * The signatures of a project's targets and of the jobs of its `cig.toml`, for each of `targets` that has the executor
 * `signature`. Found before the tasks, so that Nx starts nothing for a file that is as it was.
 */
export async function signatureFiles(
  targets: ReadonlyMap<string, TargetName>,
  from: {
    readonly graph: ProjectGraph;
    readonly tree: Result<Tree, Failure>;
    /** Of those that `idsToSign` names. */
    readonly signed: Result<SignedTargets, Failure>;
  },
  signal: AbortSignal,
): Promise<SignatureFiles> {
  const { graph, tree, signed } = from;
  const files = new Map<string, Result<string, Failure>>();
  for (const [id, { project, target }] of targets) {
    const node = graph.nodes[project];
    if (node?.data.targets?.[target]?.executor !== signatureExecutor) continue;
    const others = Object.keys(node.data.targets).filter((name) => name !== target);
    const own = signed.ok ? targetsOf(project, others, signed.value) : signed;
    const jobs = tree.ok ? await jobsIn(tree.value, node.data.root, signal) : tree;
    if (!own.ok) files.set(id, own);
    else if (!jobs.ok) files.set(id, jobs);
    else files.set(id, ok(renderSignatures(own.value, jobs.value)));
  }
  return files;
}

type Signatures = ReadonlyMap<string, Digest>;

/** Those that have a signature: a server has none. */
function targetsOf(
  project: string,
  names: readonly string[],
  signed: SignedTargets,
): Result<Signatures, Failure> {
  const signatures = new Map<string, Digest>();
  for (const name of names) {
    const id = `${project}:${name}`;
    const target = signed.get(id);
    if (target?.ok === false) return target;
    if (target !== undefined) signatures.set(id, target.value.signature);
  }
  return ok(signatures);
}

async function jobsIn(
  tree: Tree,
  projectRoot: string,
  signal: AbortSignal,
): Promise<Result<Signatures, Failure>> {
  const file = path.posix.join(projectRoot, "cig.toml");
  const text = textOf(path.join(tree.folder, file));
  if (text === undefined) return ok(new Map());
  const jobs = await jobSignatures({ file, text }, { tree, environment: process.env }, signal);
  if (!jobs.ok) return jobs;
  const failed = [...(jobs.value.signed?.targets.values() ?? [])].find((job) => !job.ok);
  return failed?.ok === false ? failed : ok(jobs.value.signatures);
}

/** Synchronously: there are as many as projects, and each is small. */
function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** What Nx keys such a file by. One that is as it was is left alone. */
export function writeSignatureFacts(
  workspaceRoot: string,
  targets: ReadonlyMap<string, TargetName>,
  files: SignatureFiles,
): void {
  for (const [id, text] of files) {
    const name = targets.get(id);
    if (name === undefined) continue;
    const file = path.join(workspaceRoot, ownFactFile(name.project, name.target));
    const value = text.ok ? ownFactValue(digestOf(text.value)) : unsignedFactValue();
    if (textOf(file) === value) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    // Beside it and renamed: another command may be reading it.
    writeFileSync(`${file}.${process.pid}`, value);
    renameSync(`${file}.${process.pid}`, file);
  }
}
