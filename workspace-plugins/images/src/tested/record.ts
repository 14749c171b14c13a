import { readFile, stat } from "node:fs/promises";
import { readStatement, signStatement } from "@slipway/attestation";
import type { SigningKey, StatementProblem, Trust } from "@slipway/attestation";
import { compareBytes, fail, hasCode, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Ingredients } from "../ingredients.ts";
import type { TestedFailure } from "./failure.ts";
import { TestedStatement, statementOf } from "./statement.ts";
import type { Tested } from "./statement.ts";

/** A line of a record that is believed: its bundle, and what it says. */
export type TestedLine = {
  readonly text: string;
  /** Image and platform. */
  readonly key: string;
  readonly testedAt: string;
  readonly ingredients: Ingredients;
};

/** A line that counts as if it were not there. */
export type Disbelieved = {
  readonly file: string;
  readonly line: number;
  readonly problem: StatementProblem | { readonly kind: "too-long" };
};

export type TestedRecord = {
  readonly lines: readonly TestedLine[];
  readonly disbelieved: readonly Disbelieved[];
};

export type Belief = { readonly trust: Trust; readonly now: Date };

/** Of more than ten thousand images. */
const mostBytes = 16 * 1024 * 1024;
const mostLineCharacters = 64 * 1024;

/**
 * A record: one signed bundle a line, in the order of images, one for each image and platform. A file that is not there
 * is a record of nothing.
 */
export async function readRecord(
  file: string,
  belief: Belief,
): Promise<Result<TestedRecord, TestedFailure>> {
  const text = await readBounded(file);
  if (!text.ok) return text;
  const lines: TestedLine[] = [];
  const disbelieved: Disbelieved[] = [];
  for (const [at, line] of text.value.split("\n").entries()) {
    if (line.trim() === "") continue;
    const read = readLine(line, belief);
    if (read.ok) lines.push(read.value);
    else disbelieved.push({ file, line: at + 1, problem: read.failure });
  }
  return ok({ lines: newest(lines), disbelieved });
}

/** Records as one: of each image and platform what was tested last. In whatever order, the same. */
export function mergeRecords(records: readonly TestedRecord[]): readonly TestedLine[] {
  return newest(records.flatMap(({ lines }) => lines));
}

/** In the order of images, so that one record has one text. */
export function formatRecord(lines: readonly TestedLine[]): string {
  const sorted = lines.toSorted((a, b) => compareBytes(a.key, b.key));
  return sorted.map(({ text }) => `${text}\n`).join("");
}

/** The line that says it, signed. */
export async function signTested(tested: Tested, key: SigningKey): Promise<TestedLine> {
  const statement = statementOf(tested);
  const bundle: unknown = JSON.parse(await signStatement(statement, key));
  return lineOf(JSON.stringify(bundle), statement);
}

async function readBounded(file: string): Promise<Result<string, TestedFailure>> {
  try {
    const { size: sizeBytes } = await stat(file);
    return sizeBytes > mostBytes
      ? fail({ reason: "tested-too-large", file, sizeBytes, mostBytes })
      : ok(await readFile(file, "utf8"));
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return ok("");
    throw error;
  }
}

function readLine(text: string, belief: Belief): Result<TestedLine, Disbelieved["problem"]> {
  if (text.length > mostLineCharacters) return fail({ kind: "too-long" });
  const read = readStatement(text, TestedStatement, belief);
  return read.ok ? ok(lineOf(text, read.value.statement)) : read;
}

function lineOf(text: string, { subject, predicate }: TestedStatement): TestedLine {
  const { platform, testedAt, ingredients } = predicate;
  return { text, key: `${subject[0].name} ${platform}`, testedAt, ingredients };
}

/** Two that were tested in the same moment are told apart by their bytes, so that no order matters. */
function newest(lines: readonly TestedLine[]): readonly TestedLine[] {
  const byAge = lines.toSorted(
    (a, b) => Date.parse(a.testedAt) - Date.parse(b.testedAt) || compareBytes(a.text, b.text),
  );
  const last = new Map(byAge.map((line) => [line.key, line]));
  return [...last.values()].toSorted((a, b) => compareBytes(a.key, b.key));
}
