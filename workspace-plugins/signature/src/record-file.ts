import path from "node:path";
import { digestOf, hexOf, parseDigest } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import { closeSync, openSync, readSync } from "./file-system.ts";
import { actionSchema } from "./ingredients.ts";
import { readTextIfPresent } from "./read-text.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";

const longestName = 200;
const longestHeadBytes = 4096;

/** The folder of one target's records, whatever is in its id: two ids never share one. */
function recordFolder(folder: string, id: string): string {
  const name = encodeURIComponent(id);
  const short = name.length <= longestName ? name : `${name.slice(0, 100)}-${hexOf(digestOf(id))}`;
  return path.join(folder, short);
}

export function recordFile(folder: string, id: string, signature: Digest): string {
  return path.join(recordFolder(folder, id), `${hexOf(signature)}.json`);
}

/** A line that says what follows, and the action in one line of JSON. */
export async function writeRecord(file: string, action: RecordedAction): Promise<void> {
  const body = JSON.stringify(action);
  const head = `slipway action ${actionSchema} ${digestOf(body)} ${encodeURIComponent(action.target)}`;
  // Loaded here: who explains writes nothing.
  const { writeFileAtomically } = await import("./files.ts");
  await writeFileAtomically(file, `${head}\n${body}\n`, { isDurable: false });
}

/** `undefined` where there is none, or one that an older or newer version of this package wrote. */
export async function readRecord(
  file: string,
  wanted: { readonly id: string; readonly signature: Digest },
): Promise<Result<RecordedAction | undefined, SignatureFailure>> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return ok(undefined);
  const [line = "", body = ""] = text.split("\n", 2);
  const head = parseHead(line);
  if (head?.schema !== undefined && head.schema !== actionSchema) return ok(undefined);
  // What has its digest was written above: to look at each of ten thousand files again would take longer than all else.
  if (head === undefined || head.digest !== digestOf(body)) {
    return damaged(file, "its content has not the digest that its first line says");
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bytes that were written for an action of this schema
  const action = JSON.parse(body) as RecordedAction;
  if (action.target !== wanted.id) return damaged(file, `it is the record of ${action.target}`);
  if (action.signature !== wanted.signature) {
    return damaged(file, `its work signature is ${action.signature}`);
  }
  return ok(action);
}

/** Whose record a file is, by its first line; `undefined` where that is none of this version. */
export function readRecordOwner(file: string): string | undefined {
  const opened = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(longestHeadBytes);
    const [line = ""] = buffer.toString("utf8", 0, readSync(opened, buffer)).split("\n", 1);
    const head = parseHead(line);
    return head?.schema === actionSchema ? head.id : undefined;
  } finally {
    closeSync(opened);
  }
}

type Head = { readonly schema: number; readonly digest: Digest; readonly id: string };

function parseHead(line: string): Head | undefined {
  const [, schema, digestText = "", id = ""] =
    /^slipway action (\d+) (\S+) (\S+)$/.exec(line) ?? [];
  const digest = parseDigest(digestText);
  if (schema === undefined || digest === undefined) return undefined;
  try {
    return { schema: Number(schema), digest, id: decodeURIComponent(id) };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function damaged(file: string, problem: string): ReturnType<typeof fail<SignatureFailure>> {
  return fail<SignatureFailure>({ reason: "record-invalid", file, problems: [problem] });
}
