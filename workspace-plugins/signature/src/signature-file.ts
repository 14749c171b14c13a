import { compareBytes } from "./byte-order.ts";
import type { Digest } from "./digest.ts";
import type { SignatureCause } from "./failure.ts";
import { writeFileAtomically } from "./files.ts";
import { readTextIfPresent } from "./read-text.ts";
import { actionSchema } from "./ingredients.ts";
import type { Outcome } from "./outcome.ts";

type Signatures = ReadonlyMap<string, Digest>;

/** The signatures of targets and of jobs as JSON, by id; the same bytes for the same signatures. */
export function renderSignatures(targets: Signatures, jobs: Signatures): string {
  const file = { schema: actionSchema, targets: sorted(targets), jobs: sorted(jobs) };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function sorted(signatures: Signatures): Readonly<Record<string, Digest>> {
  return Object.fromEntries([...signatures].toSorted(([a], [b]) => compareBytes(a, b)));
}

/** Leaves a file that has this text of `renderSignatures` already as it is. */
export async function writeSignatures(
  file: string,
  text: string,
): Promise<Outcome<SignatureCause>> {
  const before = await readTextIfPresent(file);
  const lines = linesOf(text);
  const facts = { signatures: lines.length };
  if (before === text) return { state: "unchanged", cause: "signatures-current", facts };
  await writeFileAtomically(file, text);
  if (before === undefined) return { state: "done", cause: "signatures-first-written", facts };
  const known = new Set(linesOf(before).map(([line]) => line));
  const changed = lines.filter(([line]) => !known.has(line)).map(([, id]) => id);
  return {
    state: "done",
    cause: "signatures-changed",
    facts: { ...facts, changed: changed.join(", ") },
  };
}

/** Each line with a signature, and whose it is. */
function linesOf(text: string): readonly (readonly [line: string, id: string])[] {
  return [...text.matchAll(/^ +"(.*)": "sha256:[0-9a-f]+"/gm)].map(([line, id = ""]) => [line, id]);
}
