import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { digestOf } from "@slipway/signature/digest";
import type { Digest } from "@slipway/signature/digest";
import { readHeader } from "./header.ts";
import type { RenderedFile } from "./header.ts";
import type { HandEdit, Obstacle, WriteFailure } from "./output-failure.ts";
import type { OutputPath } from "./output-path.ts";

/** What is at a path. */
export type Found =
  | { readonly kind: "missing" }
  | FoundFile
  | { readonly kind: "blocked"; readonly at: string; readonly by: Obstacle };

export type FoundFile = {
  readonly kind: "file";
  readonly text: string;
  /** Of its bytes. */
  readonly digest: Digest;
  readonly isExecutable: boolean;
};

/** What a render finds. */
export type Disk = {
  /** The definition file, relative to the workspace. */
  readonly source: string;
  /** At every output, and at every path that may have been one. */
  readonly found: ReadonlyMap<OutputPath, Found>;
  /** What the last render of the source wrote: digests of the bytes. */
  readonly last: ReadonlyMap<string, Digest>;
  /** A part of the outputs is rendered: what was written of the others stays on record. */
  readonly keeps?: boolean;
};

export type PlannedWrite =
  | {
      readonly state: "created" | "unchanged";
      readonly path: OutputPath;
      readonly file: RenderedFile;
    }
  | {
      readonly state: "changed";
      readonly path: OutputPath;
      readonly file: RenderedFile;
      readonly before: FoundFile;
    }
  | {
      /** Not ours as it is there: written by force alone. */
      readonly state: "hand-edited";
      readonly path: OutputPath;
      readonly file: RenderedFile;
      readonly before: FoundFile;
      readonly edit: HandEdit;
    }
  /** Rendered once, and no output any more: `kept` because it was changed since. */
  | { readonly state: "removed" | "kept"; readonly path: OutputPath; readonly before: FoundFile };

export type WritePlan = {
  readonly source: string;
  /** In the order of their paths. */
  readonly writes: readonly PlannedWrite[];
  /** What the render will have written, for the next one. */
  readonly record: ReadonlyMap<string, Digest>;
};

/**
 * What is to be done so that the disk says what `files` say. A file is as we wrote it when its header has the digest of the rest, or
 * when the record of the last render has the digest of all of it. A file is stale when it is as we wrote it for the same source,
 * and is no output any more.
 */
export function planWrites(
  files: readonly RenderedFile[],
  { source, found, last, keeps = false }: Disk,
): Result<WritePlan, readonly WriteFailure[]> {
  const failures: WriteFailure[] = [];
  const wanted = new Set<string>(files.map(({ path }) => path));
  const outputs = files.flatMap((file): readonly PlannedWrite[] => {
    const there = found.get(file.path);
    if (there === undefined) throw new Error(`internal: ${file.path} was not looked at`);
    if (there.kind !== "blocked") return [plannedFor(file, there, last)];
    failures.push({ reason: "output-blocked", path: file.path, at: there.at, by: there.by });
    return [];
  });
  if (failures.length > 0) return fail(failures);
  const stale = [...found].flatMap(([path, there]): readonly PlannedWrite[] => {
    if (wanted.has(path) || there.kind !== "file") return [];
    if (!last.has(path) && readHeader(there.text)?.source !== source) return [];
    const edit = editOf(there, { source, last: last.get(path) });
    return [{ state: edit === undefined ? "removed" : "kept", path, before: there }];
  });
  const writes = [...outputs, ...stale].toSorted((a, b) => compareBytes(a.path, b.path));
  const record = recordOf(writes, last);
  return ok({ source, writes, record: keeps ? new Map([...last, ...record]) : record });
}

function plannedFor(
  file: RenderedFile,
  there: Exclude<Found, { readonly kind: "blocked" }>,
  last: Disk["last"],
): PlannedWrite {
  const { path } = file;
  if (there.kind === "missing") return { state: "created", path, file };
  if (there.digest === digestOf(file.text)) {
    return there.isExecutable === file.isExecutable
      ? { state: "unchanged", path, file }
      : { state: "changed", path, file, before: there };
  }
  const edit = editOf(there, { source: file.source, last: last.get(path) });
  return edit === undefined || saysTheSame(there, file)
    ? { state: "changed", path, file, before: there }
    : { state: "hand-edited", path, file, before: there, edit };
}

/** What somebody wrote by hand, and then into the definition: nothing is lost with it. */
function saysTheSame({ text }: FoundFile, { digest }: RenderedFile): boolean {
  return digestOf(readHeader(text)?.body ?? text) === digest;
}

/** `undefined`: it is as a render of the source wrote it. */
function editOf(
  { text, digest }: FoundFile,
  { source, last }: { readonly source: string; readonly last: Digest | undefined },
): HandEdit | undefined {
  if (digest === last) return undefined;
  const header = readHeader(text);
  if (header === undefined) return last === undefined ? { kind: "foreign" } : { kind: "edited" };
  if (header.source !== source) return { kind: "other-source", source: header.source };
  return digestOf(header.body) === header.written ? undefined : { kind: "edited" };
}

function recordOf(
  writes: readonly PlannedWrite[],
  last: Disk["last"],
): ReadonlyMap<string, Digest> {
  return new Map(
    writes.flatMap((write): readonly (readonly [string, Digest])[] => {
      if ("file" in write) return [[write.path, digestOf(write.file.text)]];
      const known = write.state === "kept" ? last.get(write.path) : undefined;
      return known === undefined ? [] : [[write.path, known]];
    }),
  );
}
