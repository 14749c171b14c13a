import type { SigningKey } from "@slipway/attestation";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { openLedger } from "../record/ledger.ts";
import type { TaskContext } from "../task.ts";
import { approve } from "./approvals.ts";
import { digestsOf } from "./gates.ts";

/** Signs that exactly the codes that are recorded of one environment may go to another. Asks nobody. */
export async function approvePromotion(
  { workspaceRoot, projectRoot, projectName: project }: TaskContext,
  { from, to }: { readonly from: string; readonly to: string },
  signing: { readonly key: SigningKey; readonly now: Date },
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const read = await readDefinition(workspaceRoot, projectRoot);
  if (!read.ok) return read;
  const { targets, processes } = read.value;
  const known = Object.keys(targets);
  const unknown = [from, to].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return fail({ reason: "deploy-target-unknown", deployTarget: unknown, known });
  }
  const isLocal = targets[from]?.network === "local";
  const place = { workspaceRoot, projectRoot, project, deployTarget: from, isLocal };
  const record = await openLedger(place).read();
  if (!record.ok) return record;
  const names = Object.keys(processes);
  const sources = names.map((name) => ({ name, record: record.value.processes[name] }));
  const digests = digestsOf(sources);
  const missing = names.find((name) => digests[name] === undefined);
  if (missing !== undefined) {
    return fail({ reason: "promotion-source-unfinished", process: missing, from });
  }
  const file = await approve(place, { project, from, to, digests }, signing);
  const codes = Object.entries(digests).map(
    ([name, digest]) => [name, shortDigest(digest)] as const,
  );
  const facts = { ...Object.fromEntries(codes), signer: signing.key.hint, file };
  return ok({ state: "done", cause: "promotion-approved", facts });
}
