import type { SigningKey } from "@slipway/attestation";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { environmentOf } from "../record/environment.ts";
import { openLedger } from "../record/ledger.ts";
import type { TaskContext } from "../task.ts";
import { approve } from "./approvals.ts";
import { digestsOf } from "./gates.ts";

/** Signs that exactly the codes that are recorded of one environment may go to another. Asks nobody. */
export async function approvePromotion(
  task: TaskContext,
  { from, to }: { readonly from: string; readonly to: string },
  signing: { readonly key: SigningKey; readonly now: Date },
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const read = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!read.ok) return read;
  const source = environmentOf(task, read.value, from);
  if (!source.ok) return source;
  const goal = environmentOf(task, read.value, to);
  if (!goal.ok) return goal;
  const record = await openLedger(source.value.environment).read();
  if (!record.ok) return record;
  const names = Object.keys(read.value.processes);
  const sources = names.map((name) => ({ name, record: record.value.processes[name] }));
  const digests = digestsOf(sources);
  const missing = names.find((name) => digests[name] === undefined);
  if (missing !== undefined) {
    return fail({ reason: "promotion-source-unfinished", process: missing, from });
  }
  const promotion = { project: task.projectName, from, to, digests };
  const file = await approve(task, promotion, signing);
  const codes = Object.entries(digests).map(
    ([name, digest]) => [name, shortDigest(digest)] as const,
  );
  const facts = { ...Object.fromEntries(codes), signer: signing.key.hint, file };
  return ok({ state: "done", cause: "promotion-approved", facts });
}
