import path from "node:path";
import type { SigningKey } from "@slipway/attestation";
import { fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { takeFirst } from "../builds/take-first.ts";
import { decideBuild } from "../ingredients.ts";
import { readLayoutTable } from "../layout.ts";
import { currentTable, identifyBuilt } from "../matrix/current-table.ts";
import type { SourceImage } from "../matrix/source-images.ts";
import { readImageReceipt } from "../receipt.ts";
import type { TestedCause, TestedFailure } from "./failure.ts";
import { formatRecord, mergeRecords, readRecord, signTested } from "./record.ts";
import type { Belief, Disbelieved, TestedLine, TestedRecord } from "./record.ts";
import type { Tested } from "./statement.ts";

type Recorded = {
  readonly outcome: Outcome<TestedCause>;
  readonly disbelieved: readonly Disbelieved[];
};

type Rewriting = {
  readonly workspaceRoot: string;
  readonly file: string;
  readonly belief: Belief;
  readonly signal: AbortSignal;
};

/** Notes of images that were built here, from the definitions as they are, that they have passed. */
export async function recordTested(
  references: readonly string[],
  all: readonly SourceImage[],
  record: Rewriting & { readonly key: SigningKey },
): Promise<Result<Recorded, TestedFailure>> {
  const lines: TestedLine[] = [];
  for (const reference of references) {
    const tested = await testedImage(record.workspaceRoot, reference, all);
    if (!tested.ok) return tested;
    const testedAt = record.belief.now;
    lines.push(await signTested({ ...tested.value, testedAt }, record.key));
  }
  const facts = { images: lines.map(({ key }) => key).join("\n"), signer: record.key.hint };
  return rewrite(record, [], lines, { cause: "tested-recorded", facts });
}

/** Records of several jobs, and what is in `file` already, as one. */
export async function mergeTested(
  files: readonly string[],
  record: Rewriting,
): Promise<Result<Recorded, TestedFailure>> {
  return rewrite(record, files, [], { cause: "tested-merged", facts: {} });
}

async function rewrite(
  { workspaceRoot, file, belief, signal }: Rewriting,
  others: readonly string[],
  lines: readonly TestedLine[],
  { cause, facts }: Pick<Outcome<TestedCause>, "cause" | "facts">,
): Promise<Result<Recorded, TestedFailure>> {
  const turn = await takeTurn(path.join(workspaceRoot, ".slipway", "tested.lock"), signal);
  if (!turn.ok) return fail({ reason: "tested-locked", file });
  using _lock = turn.value;
  const records: TestedRecord[] = [];
  for (const one of [file, ...others]) {
    const read = await readRecord(one, belief);
    if (!read.ok) return read;
    records.push(read.value);
  }
  // What has just been tested counts whatever the clock of another machine has said before.
  const now = new Set(lines.map(({ key }) => key));
  const merged = [...lines, ...mergeRecords(records).filter(({ key }) => !now.has(key))];
  await writeFileAtomically(file, formatRecord(merged));
  const outcome = { state: "done", cause, facts: { ...facts, file, "in all": merged.length } };
  const disbelieved = records.flatMap((record) => record.disbelieved);
  return ok({ outcome: { ...outcome, state: "done" }, disbelieved });
}

/** Two that read a record to write it would each lose what the other has. */
async function takeTurn(lockFile: string, signal: AbortSignal) {
  return takeFirst([lockFile], { signal, timeoutMs: 10_000, onWait: () => undefined });
}

/** By the layout that is here, which is for one platform. */
async function testedImage(
  workspaceRoot: string,
  reference: string,
  all: readonly SourceImage[],
): Promise<Result<Omit<Tested, "testedAt">, TestedFailure>> {
  const sources = all.filter((one) => one.image.reference === reference);
  const [first] = sources;
  if (first === undefined) throw new Error(`internal: no image ${reference}`);
  const { layout, folder, suffix } = first.image;
  const receipt = await readImageReceipt(path.join(workspaceRoot, layout));
  const source = sources.find((one) => one.architecture === receipt?.platform.architecture);
  const ingredients =
    receipt === undefined
      ? undefined
      : await readLayoutTable(path.join(workspaceRoot, layout), receipt.manifestDigest);
  if (receipt === undefined || source === undefined || ingredients === undefined) {
    const target = `${folder.project}:image${suffix}`;
    return fail({ reason: "tested-not-built", image: reference, target });
  }
  const current = await currentTable(source, identifyBuilt(workspaceRoot, all), all);
  const reasons = decideBuild(ingredients, current);
  const platform = `linux/${source.architecture}`;
  return reasons.length === 0
    ? ok({ image: reference, manifest: receipt.manifestDigest, platform, ingredients })
    : fail({ reason: "tested-not-current", image: reference, reasons });
}
