import { affectedJson, affectedLines } from "@slipway/report/affected-table";
import { openLines } from "@slipway/report/lines";
import { compareSigned } from "@slipway/signature";
import { signRevision, signWorkingTree } from "./revision-targets.ts";
import { parseRevisions } from "./revisions.ts";
import { tellFailure } from "./tell.ts";

/** 128 and the number of the signal, as a shell has it. */
const interruptedExitCode = 130;

/** Which targets' work signatures differ between two states of the workspace, and why. */
export async function printAffected(
  workspaceRoot: string,
  range: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const revisions = await parseRevisions(workspaceRoot, range);
  if (!revisions.ok) return tellFailure(revisions.failure, { json });
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await compare(workspaceRoot, revisions.value, { json, signal: stopping.signal });
  } catch (error) {
    // Nothing of ours is left: what was checked out is removed on the way here.
    if (stopping.signal.aborted) return interruptedExitCode;
    throw error;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

async function compare(
  workspaceRoot: string,
  { base, head }: { readonly base: string; readonly head: string | undefined },
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): Promise<number> {
  await using open = new AsyncDisposableStack();
  const [before, after] = await Promise.all([
    signRevision(workspaceRoot, base, signal),
    head === undefined
      ? signWorkingTree(workspaceRoot, signal)
      : signRevision(workspaceRoot, head, signal),
  ]);
  for (const one of [before, after]) if (one.ok) open.use(one.value);
  if (!before.ok) return await tellFailure(before.failure, { json });
  if (!after.ok) return await tellFailure(after.failure, { json });
  const [was, is] = [before.value.signed, after.value.signed];
  const changes = await compareSigned(was, is);
  const all = new Set([...was.keys(), ...is.keys()]).size;
  openLines().line(
    json ? affectedJson(changes, { base, head, all }) : affectedLines(changes, { all }).join("\n"),
  );
  return changes.some((one) => one.change === "unsigned" && one.at === "head") ? 1 : 0;
}
