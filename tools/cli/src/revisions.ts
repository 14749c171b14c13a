import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import { runProgram } from "./run-program.ts";

/** Two states of a workspace. `head` is `undefined` for the working tree. */
export type Revisions = { readonly base: string; readonly head: string | undefined };

export type RevisionFailure =
  | { readonly reason: "revision-unknown"; readonly revision: string; readonly output: string }
  | { readonly reason: "revisions-unrelated"; readonly base: string; readonly head: string };

/**
 * The commits that `base..head`, `base...head` (from where they parted) or `base` alone (to the working tree) names. A
 * side that is left out is HEAD, as git has it.
 */
export async function parseRevisions(
  folder: string,
  text: string,
): Promise<Result<Revisions, RevisionFailure>> {
  const [, from = "", dots, to = ""] = /^(.*?)(?:(\.{2,3})(.*))?$/.exec(text) ?? [];
  const base = await commitOf(folder, dots !== undefined && from === "" ? "HEAD" : from);
  if (!base.ok) return base;
  if (dots === undefined) return ok({ base: base.value, head: undefined });
  const head = await commitOf(folder, to === "" ? "HEAD" : to);
  if (!head.ok) return head;
  if (dots === "..") return ok({ base: base.value, head: head.value });
  const parted = await runProgram("git", ["merge-base", base.value, head.value], { cwd: folder });
  if (parted.state === "failed") {
    return fail({ reason: "revisions-unrelated", base: base.value, head: head.value });
  }
  return ok({ base: parted.output.trim(), head: head.value });
}

async function commitOf(
  folder: string,
  revision: string,
): Promise<Result<string, RevisionFailure>> {
  const args = ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`];
  const found = await runProgram("git", args, { cwd: folder });
  if (found.state === "done") return ok(found.output.trim());
  return fail({ reason: "revision-unknown", revision, output: found.output });
}
