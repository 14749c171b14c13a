import path from "node:path";
import { canonicalJson, isWrittenNumber } from "./canonical-json.ts";
import { compareBytes } from "./byte-order.ts";
import { digestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import { readFileSync } from "./file-system.ts";
import { filesOfFileset } from "./fileset.ts";
import type { FileListing, ListedFile } from "./listing.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import { parseStructured } from "./structured-text.ts";
import type { JsonFields } from "./target.ts";
import { isUtf8 } from "./utf8.ts";

/** The chosen fields of one file. */
export type JsonIngredient = {
  readonly path: string;
  /** What was chosen, as text: `scripts.build,version` or `-description`. */
  readonly choice: string;
  /** Of the canonical JSON of the fields: neither white space nor the order of keys is in it. */
  readonly digest: Digest;
  readonly sizeBytes: number;
};

/** The fields of each file that a pattern matches, in the order of paths and choices. */
export async function readJsonFields(
  inputs: readonly JsonFields[],
  listing: FileListing,
): Promise<Result<readonly JsonIngredient[], SignatureFailure>> {
  const found: JsonIngredient[] = [];
  for (const input of inputs) {
    const fileset = { patterns: [input.pattern], includesIgnored: false };
    const files = filesOfFileset(fileset, listing);
    if (!files.ok) return files;
    for (const file of files.value) {
      const content = contentOf(file, listing.folder);
      if (!content.ok) return content;
      const digested = await digestFields(file.path, content.value, input);
      found.push({ path: file.path, choice: choiceOf(input), ...digested });
    }
  }
  const keyed = new Map(found.map((one) => [`${one.path}\0${one.choice}`, one]));
  return ok(
    [...keyed.values()].toSorted(
      (a, b) => compareBytes(a.path, b.path) || compareBytes(a.choice, b.choice),
    ),
  );
}

/** A link is its target here too: JSON that no parser takes. */
function contentOf(file: ListedFile, folder: string): Result<Buffer, SignatureFailure> {
  if (file.kind === "symlink") return ok(Buffer.from(`-> ${file.target}`));
  try {
    return ok(readFileSync(path.join(folder, file.path)));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    return fail({ reason: "file-unreadable", path: file.path, code });
  }
}

function choiceOf({ fields, excludeFields }: JsonFields): string {
  return [...(fields ?? []), ...excludeFields.map((field) => `-${field}`)].toSorted().join(",");
}

/** What cannot be parsed counts as it is written, byte by byte. */
async function digestFields(
  file: string,
  content: Buffer,
  { fields, excludeFields }: JsonFields,
): Promise<Pick<JsonIngredient, "digest" | "sizeBytes">> {
  const parsed = isUtf8(content)
    ? await parseStructured(file, content.toString("utf8"))
    : undefined;
  const canonical =
    parsed === undefined
      ? content
      : Buffer.from(canonicalJson(choose(parsed, fields, excludeFields)));
  return { digest: digestOf(canonical), sizeBytes: canonical.byteLength };
}

function choose(
  value: unknown,
  fields: readonly string[] | undefined,
  excludeFields: readonly string[],
): unknown {
  const chosen =
    fields === undefined
      ? value
      : Object.fromEntries(fields.map((field) => [field, at(value, field.split("."))]));
  return excludeFields.reduce((rest, field) => without(rest, field.split(".")), chosen);
}

function at(value: unknown, names: readonly string[]): unknown {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  return isRecord(value) && Object.hasOwn(value, name) ? at(value[name], rest) : undefined;
}

function without(value: unknown, names: readonly string[]): unknown {
  const [name, ...rest] = names;
  if (name === "*" && Array.isArray(value)) return value.map((item) => without(item, rest));
  if (name === undefined || !isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (key !== name && name !== "*") return [[key, member]];
      return rest.length === 0 ? [] : [[key, without(member, rest)]];
    }),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null;
  return isObject && !Array.isArray(value) && !isWrittenNumber(value);
}
