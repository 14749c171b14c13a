import { readFile, stat } from "node:fs/promises";
import { readStatement } from "@slipway/attestation";
import type { StatementProblem, Trust } from "@slipway/attestation";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { SmokeFailure } from "./failure.ts";
import { Statement, findContradiction } from "./statement.ts";

const largestBytes = 16 * 2 ** 20;

/** The statement of a transcript on disk, once a signer that we trust has signed exactly these bytes. */
export async function readTranscript(
  file: string,
  trust: Trust,
  now: Date,
): Promise<Result<{ readonly statement: Statement; readonly signer: string }, SmokeFailure>> {
  const text = await readBounded(file);
  if (!text.ok) return text;
  const read = readStatement(text.value, Statement, { trust, now });
  if (!read.ok) return fail(failureOf(file, read.failure));
  const contradiction = findContradiction(read.value.statement);
  if (contradiction === undefined) return read;
  const detail = "it contradicts the claims";
  return fail({ reason: "transcript-tampered", file, part: contradiction, detail });
}

function failureOf(file: string, problem: StatementProblem): SmokeFailure {
  if (problem.kind === "tampered") {
    const { part, detail } = problem;
    return { reason: "transcript-tampered", file, part, detail };
  }
  const { signer, detail } = problem;
  return { reason: "transcript-untrusted", file, signer, detail };
}

async function readBounded(file: string): Promise<Result<string, SmokeFailure>> {
  if (!(await exists(file))) return fail({ reason: "transcript-missing", file });
  const { size } = await stat(file);
  if (size <= largestBytes) return ok(await readFile(file, "utf8"));
  return fail({ reason: "transcript-tampered", file, part: "envelope", detail: `${size} bytes` });
}
