import { openLines } from "@slipway/report/lines";
import { explanationJson, explanationLines } from "@slipway/report/explanation";
import type { SignatureFailure } from "@slipway/signature";
import { actionsFolder } from "@slipway/signature/action-records";
import { rootCauses } from "@slipway/signature/explain-causes";
import { explainTarget } from "@slipway/signature/explain-target";
import type { Explanation } from "@slipway/signature/explain-target";
import type { Result } from "@slipway/signature/result";
import { readArguments } from "./arguments.ts";
import type { Call } from "./call.ts";
import { tellFailure, tellUsage } from "./tell.ts";
import { openTargets, signThese } from "./workspace-targets.ts";

const options = {
  json: { type: "boolean" },
  all: { type: "boolean" },
  affected: { type: "string" },
} as const;

/** Why a target would run now, or why not. */
export async function explain({ workspaceRoot, args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [id] = read.value.words;
  const { json = false, all = false, affected } = read.value.options;
  if ((id === undefined) === (affected === undefined)) {
    const problem = "a target or --affected, and not both";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  if (id === undefined) {
    const { printAffected } = await import("./affected.ts");
    return printAffected(workspaceRoot, affected ?? "", { json });
  }
  const explained = await explainNow(workspaceRoot, id);
  if (!explained.ok) return tellFailure(explained.failure, { json });
  const { because } = explained.value;
  openLines().line(
    json
      ? explanationJson(explained.value, rootCauses(because))
      : explanationLines(explained.value, { allFiles: all }).join("\n"),
  );
  return 0;
}

async function explainNow(
  workspaceRoot: string,
  id: string,
): Promise<Result<Explanation, SignatureFailure>> {
  // Ctrl-C ends the process: there is nothing to put back.
  const { signal } = new AbortController();
  const targets = await openTargets(workspaceRoot, signal);
  if (!targets.ok) return targets;
  const signed = await signThese(targets.value, [id], signal);
  if (!signed.ok) return signed;
  const { definitions } = targets.value.derivation;
  const known = definitions.map((definition) => definition.id);
  const folder = actionsFolder(workspaceRoot);
  const explained = await explainTarget(id, { known, signed: signed.value, folder });
  await targets.value.tree.save({ isSparing: true });
  return explained;
}
