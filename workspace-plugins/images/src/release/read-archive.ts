import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { eachMember } from "../archive.ts";
import type { ArchiveMember } from "../archive.ts";
import type { ArchiveProblem } from "./failure.ts";

export type ArchivedFile = {
  /** Relative, with slashes, clean. */
  readonly name: string;
  readonly isExecutable: boolean;
  readonly bytes: Uint8Array;
};

/** What an archive of definitions may be: what is more is something else, or an attack. */
export type ArchiveLimits = { readonly unpackedBytes: number; readonly entries: number };

export const archiveLimits: ArchiveLimits = {
  unpackedBytes: 256 * 1024 * 1024,
  entries: 20_000,
};

type Refused = { readonly entry: string; readonly problem: ArchiveProblem };

/** The files of a `.tar.gz` of regular files and folders, in its order; one entry that is not safe refuses it all. */
export async function readArchive(
  archive: Uint8Array,
  limits: ArchiveLimits = archiveLimits,
): Promise<Result<readonly ArchivedFile[], Refused>> {
  const tar = await decompress(archive, limits.unpackedBytes);
  if (!tar.ok) return tar;
  const files = new Map<string, ArchivedFile>();
  const refused: Refused[] = [];
  const seen = { entries: 0 };
  try {
    await eachMember([tar.value], async (member) => {
      seen.entries += 1;
      const taken = refused.length > 0 ? undefined : await take(member, files);
      if (taken !== undefined) refused.push(taken);
      member.resume();
      if (seen.entries > limits.entries) throw new TooMany();
    });
  } catch (error) {
    if (error instanceof TooMany) return fail({ entry: "the archive", problem: "too-many" });
    if (!(error instanceof Error)) throw error;
    return fail({ entry: error.message, problem: "not-an-archive" });
  }
  const [first] = refused;
  return first === undefined ? ok([...files.values()]) : fail(first);
}

class TooMany extends Error {}

const decompressed = promisify(gunzip);

async function decompress(
  archive: Uint8Array,
  maxOutputLength: number,
): Promise<Result<Uint8Array, Refused>> {
  try {
    return ok(await decompressed(archive, { maxOutputLength }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const problem = error instanceof RangeError ? "too-large" : "not-an-archive";
    return fail({ entry: "the archive", problem });
  }
}

/** `undefined`: it is in `files` now, or a folder. */
async function take(
  member: ArchiveMember,
  files: Map<string, ArchivedFile>,
): Promise<Refused | undefined> {
  const { header } = member;
  const refuse = (problem: ArchiveProblem): Refused => ({
    entry: JSON.stringify(header.name),
    problem,
  });
  const name = header.name.replace(/^(?:\.\/)+/, "").replace(/\/$/, "");
  const isFolder = header.type === "directory";
  if (!isFolder && header.type !== "file") return refuse("neither-file-nor-folder");
  if (isFolder && (name === "" || name === ".")) return undefined;
  if (!isSafe(name)) return refuse("unsafe-name");
  if (isFolder) return undefined;
  if (files.has(name) || isBelowFile(name, files)) return refuse("twice");
  files.set(name, { name, isExecutable: (header.mode & 0o100) !== 0, bytes: await buffer(member) });
  return undefined;
}

/** Control characters, what turns the direction of a text, and what stands for bytes that are no UTF-8. */
const unprintable = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFFFD]/u;
const mostNameBytes = 255;

function isSafe(name: string): boolean {
  if (unprintable.test(name) || name.includes("\\") || /^[A-Za-z]:/.test(name)) return false;
  return name
    .split("/")
    .every((part) => !["", ".", ".."].includes(part) && Buffer.byteLength(part) <= mostNameBytes);
}

/** A tree cannot hold both `a` and `a/b` as files. */
function isBelowFile(name: string, files: ReadonlyMap<string, unknown>): boolean {
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    if (files.has(name.slice(0, at))) return true;
  }
  return false;
}
