import path from "node:path";
import { openLines } from "@slipway/report/lines";
import { columns } from "@slipway/report/table";
import type { Failure } from "@slipway/report";
import { fail, idsNear, ok } from "@slipway/signature";
import type { Digest, Result, SignatureFailure } from "@slipway/signature";
import { tellFailure } from "./tell.ts";
import { isWorkspace } from "./workspace.ts";
import { openTargets, signThese } from "./workspace-targets.ts";
import type { WorkspaceTargets } from "./workspace-targets.ts";

type Signatures = ReadonlyMap<string, Result<Digest, Failure>>;

/** Prints the work signatures of these targets and jobs, by their ids, as things are now; of all targets where none is named. */
export async function printSignatures(
  workspaceRoot: string,
  ids: readonly string[],
  { json }: { readonly json: boolean },
): Promise<number> {
  if (!isWorkspace(workspaceRoot)) {
    return tellFailure({ reason: "workspace-missing", folder: workspaceRoot }, { json });
  }
  // Ctrl-C ends the process: there is nothing to put back.
  const { signal } = new AbortController();
  const targets = await openTargets(workspaceRoot, signal);
  if (!targets.ok) return tellFailure(targets.failure, { json });
  const signed = await signByIds(targets.value, ids, signal);
  await targets.value.tree.save({ isSparing: true });
  if (!signed.ok) return tellFailure(signed.failure, { json });
  const rows = [...signed.value].flatMap(([id, one]) => (one.ok ? [[id, one.value] as const] : []));
  const unsigned = [...signed.value].flatMap(([id, one]) =>
    one.ok ? [] : [[id, one.failure] as const],
  );
  const found = {
    schema: 1,
    targets: Object.fromEntries(rows),
    unsigned: Object.fromEntries(unsigned),
  };
  if (json) openLines().line(JSON.stringify(found, undefined, 2));
  else if (rows.length > 0) openLines().line(columns(rows).join("\n"));
  const isOne = signed.value.size === 1;
  for (const [id, failure] of json ? [] : unsigned) {
    await tellFailure(failure, { json, of: isOne ? undefined : id });
  }
  return unsigned.length === 0 ? 0 : 1;
}

async function signByIds(
  targets: WorkspaceTargets,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Result<Signatures, SignatureFailure>> {
  const { definitions, failures } = targets.derivation;
  const known = new Set([...definitions.map(({ id }) => id), ...failures.keys()]);
  const wanted = ids.length === 0 ? [...known] : ids;
  const signed = await signThese(targets, wanted, signal);
  if (!signed.ok) return signed;
  const jobs = wanted.every((id) => known.has(id))
    ? new Map<string, Digest>()
    : await signAllJobs(targets, signal);
  return ok(
    new Map(
      wanted.map((id): readonly [string, Result<Digest, Failure>] => {
        const target = signed.value.get(id);
        if (target !== undefined) return [id, target.ok ? ok(target.value.signature) : target];
        const job = jobs.get(id);
        if (job !== undefined) return [id, ok(job)];
        return [id, fail({ reason: "target-not-signed", target: id, near: idsNear(id, known) })];
      }),
    ),
  );
}

/** The jobs of every pipeline of the workspace; a pipeline with a mistake is told when it is asked for by its file. */
export async function signAllJobs(
  { tree, environment }: Pick<WorkspaceTargets, "tree" | "environment">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Digest>> {
  const [{ jobSignatures }, { readFile }] = await Promise.all([
    import("@slipway/pipelines/job-signatures"),
    import("node:fs/promises"),
  ]);
  const jobs = new Map<string, Digest>();
  for (const { path: file } of tree.listing.files) {
    if (path.posix.basename(file) !== "cig.toml") continue;
    const text = await readFile(path.join(tree.folder, file), "utf8");
    const signed = await jobSignatures({ file, text }, { tree, environment }, signal);
    for (const [id, digest] of signed.ok ? signed.value.signatures : []) jobs.set(id, digest);
  }
  return jobs;
}
