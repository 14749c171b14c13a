import { statSync } from "@slipway/signature/file-system";
import {
  fail,
  isDigest,
  ok,
  parseJson,
  readTextIfPresent,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { PackagesFailure } from "./failure.ts";
import { hasCode } from "@slipway/signature/read-text";
import { goJson } from "./go-json.ts";
import { parseJsonFile } from "./json-file.ts";
import { isPackageKey, languages } from "./package-name.ts";
import type { Language, PackageKey } from "./package-name.ts";
import { isPackagePath } from "./package-path.ts";
import type { PackagePath } from "./package-path.ts";

export const lockName = "aigogo.lock";

/** Of a lock of a hundred thousand packages. */
const mostBytes = 128 * 1024 * 1024;

export type LockedPackage = {
  readonly key: PackageKey;
  readonly version: string;
  readonly integrity: Digest;
  /** As it was typed; read as a reference when it is needed. */
  readonly source: string;
  readonly language: Language;
  readonly files: readonly PackagePath[];
};

/** In byte order of the keys. */
export type Lock = { readonly packages: readonly LockedPackage[] };

const printable = z.string().regex(/^\P{Cc}*$/u, "a control character");

const entrySchema = z.object({
  version: printable,
  integrity: z.string().refine(isDigest, "an integrity is sha256: and 64 lower-case hex digits"),
  source: printable.min(1),
  language: z.enum(languages),
  files: z
    .array(z.string().refine(isPackagePath, "a file is a relative path inside the package"))
    .nullable(),
});

const schema = z.object({
  version: z.literal(1),
  packages: z.record(z.string(), entrySchema).transform((packages, context) =>
    Object.entries(packages).flatMap(([key, { files, ...entry }]) => {
      if (isPackageKey(key, entry.language)) return [{ key, ...entry, files: files ?? [] }];
      const message = "a package name is one plain name (in Python an identifier)";
      context.addIssue({ code: "custom", path: [key], message });
      return [];
    }),
  ),
});

/** Every name, digest and path is checked here, before anything acts on them. */
export function parseLock(file: string, text: string): Result<Lock, PackagesFailure> {
  const parsed = asWritten(text) ?? parseJsonFile(file, text, schema);
  if (!parsed.ok) return parsed;
  const cached = parsed.value.packages.find(isCacheEntry);
  if (cached !== undefined) {
    return fail({ reason: "lock-entry-is-cache", lockFile: file, key: cached.key });
  }
  return ok({ packages: inKeyOrder(parsed.value.packages) });
}

/** A lock in the bytes that are written for it hides no second key, and needs no reader that knows places. */
function asWritten(text: string): Result<Lock, never> | undefined {
  const lock = schema.safeParse(parseJson(text)).data;
  return lock !== undefined && formatLock(lock) === text ? ok(lock) : undefined;
}

/** `shownAs` is how failures name the file. */
export async function readLock(
  file: string,
  shownAs: string,
): Promise<Result<Lock, PackagesFailure>> {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    const error = found?.isFile() === false ? "not a file" : "larger than a lock may be";
    if (found?.isFile() === false || (found?.size ?? 0) > mostBytes) {
      return fail({ reason: "package-file-unreadable", file: shownAs, error });
    }
    const text = await readTextIfPresent(file);
    if (text === undefined) return fail({ reason: "package-file-missing", file: shownAs });
    return parseLock(shownAs, text);
  } catch (error) {
    if (!hasCode(error, ["EACCES", "EPERM", "ELOOP", "EIO"])) throw error;
    const told = error instanceof Error ? error.message : "";
    return fail({ reason: "package-file-unreadable", file: shownAs, error: told });
  }
}

/** The bytes that aigg writes. */
export function formatLock(lock: Lock): string {
  const packages = Object.fromEntries(
    inKeyOrder(lock.packages).map(({ key, version, integrity, source, language, files }) => [
      key,
      { version, integrity, source, language, files },
    ]),
  );
  return `${goJson({ version: 1, packages })}\n`;
}

export async function writeLock(file: string, lock: Lock): Promise<void> {
  await writeFileAtomically(file, formatLock(lock), { mode: 0o644 });
}

/** In place of an entry of the same key. */
export function withPackage(lock: Lock, added: LockedPackage): Lock {
  return { packages: inKeyOrder([...lock.packages.filter(({ key }) => key !== added.key), added]) };
}

function inKeyOrder(packages: readonly LockedPackage[]): readonly LockedPackage[] {
  return packages.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

/** What aigg locks when it takes its own image cache for the package. */
function isCacheEntry({ files }: LockedPackage): boolean {
  return files.length === 2 && files[0] === "layer.tar" && files[1] === "metadata.json";
}
