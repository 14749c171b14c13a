import { compareBytes } from "./byte-order.ts";
import type { Digest } from "./digest.ts";
import type { SignatureCause } from "./failure.ts";
import { readTextIfPresent, writeFileAtomically } from "./files.ts";
import { actionSchema } from "./ingredients.ts";
import type { Outcome } from "./outcome.ts";

type Signed = ReadonlyMap<string, { readonly signature: Digest }>;

/** All signatures as JSON, by id; the same bytes for the same signatures. */
export function renderSignatures(signed: Signed): string {
  const targets = Object.fromEntries(
    [...signed]
      .toSorted(([a], [b]) => compareBytes(a, b))
      .map(([id, { signature }]) => [id, signature]),
  );
  return `${JSON.stringify({ schema: actionSchema, targets }, undefined, 2)}\n`;
}

/** Leaves a file that has these bytes already as it is. */
export async function writeSignatures(
  file: string,
  signed: Signed,
): Promise<Outcome<SignatureCause>> {
  const text = renderSignatures(signed);
  const before = await readTextIfPresent(file);
  const facts = { targets: signed.size };
  if (before === text) return { state: "unchanged", cause: "signatures-current", facts };
  await writeFileAtomically(file, text);
  if (before === undefined) return { state: "done", cause: "signatures-first-written", facts };
  const changed = changedIds(before, signed);
  return {
    state: "done",
    cause: "signatures-changed",
    facts: { ...facts, changed: changed.join(", ") },
  };
}

/** Those whose line the old file does not have. */
function changedIds(before: string, signed: Signed): readonly string[] {
  return [...signed]
    .filter(([id, { signature }]) => !before.includes(`${JSON.stringify(id)}: "${signature}"`))
    .map(([id]) => id)
    .toSorted();
}
