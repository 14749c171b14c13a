import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { SmokeFailure } from "./failure.ts";
import { treeOf } from "./tree.ts";
import type { FileContent } from "./tree.ts";

const excerptBytes = 48;

type Difference = Extract<SmokeFailure, { readonly reason: "not-reproducible" }>;

/** The first file, in the order of paths, in which two runs differ. */
export function compareRuns(
  first: readonly FileContent[],
  second: readonly FileContent[],
): Result<void, Difference> {
  const paths = [...new Set([...first, ...second].map(({ path }) => path))].toSorted();
  for (const path of paths) {
    const difference = compareFile(path, find(first, path), find(second, path));
    if (difference !== undefined) return fail(difference);
  }
  return ok(undefined);
}

function compareFile(
  file: string,
  first: FileContent | undefined,
  second: FileContent | undefined,
): Difference | undefined {
  const common = { reason: "not-reproducible", file, offset: 0 } as const;
  if (first === undefined || second === undefined) {
    const difference = second === undefined ? "only-first" : "only-second";
    return { ...common, difference, first: presence(first), second: presence(second) };
  }
  const offset = firstDifference(first.bytes, second.bytes);
  if (offset !== undefined) {
    return {
      ...common,
      difference: "content",
      offset,
      first: excerpt(first.bytes, offset),
      second: excerpt(second.bytes, offset),
    };
  }
  if (first.isExecutable === second.isExecutable) return undefined;
  return { ...common, difference: "executable", first: mode(first), second: mode(second) };
}

function find(files: readonly FileContent[], path: string): FileContent | undefined {
  return files.find((file) => file.path === path);
}

/** `undefined` when they are equal. */
function firstDifference(first: Uint8Array, second: Uint8Array): number | undefined {
  const length = Math.min(first.length, second.length);
  for (let offset = 0; offset < length; offset += 1) {
    if (first[offset] !== second[offset]) return offset;
  }
  return first.length === second.length ? undefined : length;
}

/** From a little before the difference, as JSON writes it, so that control characters show. */
function excerpt(bytes: Uint8Array, offset: number): string {
  const from = Math.max(0, offset - excerptBytes / 3);
  return JSON.stringify(Buffer.from(bytes).toString("latin1", from, from + excerptBytes));
}

function presence(file: FileContent | undefined): string {
  return file === undefined ? "absent" : `${file.bytes.byteLength} bytes`;
}

function mode(file: FileContent): string {
  return file.isExecutable ? "executable" : "not executable";
}

/** Every golden digest must be met by an output of that path. */
export function checkGoldens(
  golden: Readonly<Record<string, Digest>>,
  outputs: readonly FileContent[],
): Result<void, SmokeFailure> {
  const tree = treeOf(outputs);
  for (const [file, expected] of Object.entries(golden)) {
    const found = tree.find(({ path }) => path === file)?.digest;
    if (found !== expected) return fail({ reason: "golden-differs", file, expected, found });
  }
  return ok(undefined);
}
