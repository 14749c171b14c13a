import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { signStatement } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { compareBytes, digestOf, fail, hexOf, ok, replaceFolder } from "@slipway/signature/basics";
import { listFiles } from "@slipway/signature/listing";
import type { Digest, Outcome, Result, SignatureFailure } from "@slipway/signature";
import { hasCode } from "@slipway/signature/read-text";
import { packMembers } from "../archive.ts";
import type { Member } from "../archive.ts";
import type { Catalogue, DefinitionKind, Located } from "../catalogue/entry.ts";
import { packagedFolders } from "../catalogue/places.ts";
import { validateCatalogue } from "../catalogue/problems.ts";
import { bundleName, metadataName, ownArtefacts, sumsName } from "./artefacts.ts";
import type { ReleaseCause, ReleaseFailure } from "./failure.ts";
import { writeMetadata } from "./metadata.ts";
import { statementOf } from "./statement.ts";
import { formatSums } from "./sums.ts";

export type ReleaseSource = {
  /** Of a workspace alone: what is packed is what is committed there. */
  readonly catalogue: Catalogue;
  readonly workspaceRoot: string;
  /** Without one, the content itself is told by its digest. */
  readonly version: string | undefined;
  readonly key: SigningKey;
};

type Failure = ReleaseFailure | SignatureFailure;

/** Packs all definitions of a workspace into a folder: equal definitions, equal bytes. */
export async function writeRelease(
  { catalogue, workspaceRoot, version, key }: ReleaseSource,
  folder: string,
  signal: AbortSignal,
): Promise<Result<Outcome<ReleaseCause>, Failure>> {
  const objection = objectionTo(catalogue, workspaceRoot) ?? (await objectionToFolder(folder));
  if (objection !== undefined) return fail(objection);
  const archives = await packAll(catalogue, signal);
  if (!archives.ok) return archives;
  const content = digestOf([...digests(archives.value).values()].join("\n"));
  const released = version ?? `0.0.0+${hexOf(content).slice(0, 12)}`;
  const files = new Map([
    ...archives.value,
    [metadataName, Buffer.from(writeMetadata(catalogue, released))] as const,
  ]);
  const sums = formatSums(digests(files));
  const bundle = await signStatement(statementOf(sums, released), key);
  const texts = [[sumsName, sums] as const, [bundleName, bundle] as const];
  await mkdir(path.dirname(folder), { recursive: true });
  return replaceFolder(folder, async (partial) => {
    for (const [name, bytes] of [...files, ...texts]) {
      if (signal.aborted) return fail({ reason: "release-stopped" });
      await writeFile(path.join(partial, name), bytes);
    }
    const facts = { version: released, folder, signer: key.hint };
    return ok({ state: "done", cause: "release-written", facts });
  });
}

function objectionTo(catalogue: Catalogue, folder: string): ReleaseFailure | undefined {
  const { definitions, problems } = validateCatalogue(catalogue, []);
  if (definitions === 0) return { reason: "release-empty", folder };
  if (problems.length === 0) return undefined;
  const files = [...new Set(problems.map(({ at }) => at.file))];
  return { reason: "release-of-broken", files, problems: problems.length };
}

const ownNames = new Set<string>([
  metadataName,
  sumsName,
  bundleName,
  ...ownArtefacts.map(({ file }) => file),
]);

/** It is replaced as a whole, so that nothing may lie there but an earlier release. */
async function objectionToFolder(folder: string): Promise<ReleaseFailure | undefined> {
  const taken = (holds: string): ReleaseFailure => ({
    reason: "release-folder-taken",
    folder,
    holds,
  });
  try {
    const other = (await readdir(folder)).find((name) => !ownNames.has(name));
    return other === undefined ? undefined : taken(other);
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return undefined;
    if (hasCode(error, ["ENOTDIR"])) return taken("a file of that name");
    throw error;
  }
}

function digests(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Digest> {
  return new Map([...files].map(([name, bytes]) => [name, digestOf(bytes)]));
}

type Archives = ReadonlyMap<string, Buffer<ArrayBuffer>>;

async function packAll(
  { bases, agents, extensions, extendedImages }: Catalogue,
  signal: AbortSignal,
): Promise<Result<Archives, Failure>> {
  const entries: readonly Located[] = [...bases, ...agents, ...extensions, ...extendedImages];
  const archives = new Map<string, Buffer<ArrayBuffer>>();
  for (const { file, holds } of ownArtefacts) {
    const own = entries.filter(({ kind }) => holds.some((name) => name === packagedFolders[kind]));
    const packed = await pack(own, signal);
    if (!packed.ok) return packed;
    archives.set(file, packed.value);
  }
  return ok(archives);
}

const compressed = promisify(gzip);

async function pack(
  entries: readonly Located[],
  signal: AbortSignal,
): Promise<Result<Buffer<ArrayBuffer>, Failure>> {
  const members: Member[] = [];
  for (const entry of entries) {
    const own = await membersOf(entry, signal);
    if (!own.ok) return own;
    members.push(...own.value);
  }
  const sorted = members.toSorted((a, b) => compareBytes(a.name, b.name));
  return ok(await compressed(await buffer(packMembers(sorted)), { level: 9 }));
}

/** What git ignores stays out: it is not what others would build from, and may be a secret. */
async function membersOf(
  { kind, name, folder }: Located,
  signal: AbortSignal,
): Promise<Result<readonly Member[], Failure>> {
  const listing = await listFiles(folder, signal);
  if (!listing.ok) return listing;
  const members: Member[] = [];
  for (const file of listing.value.files) {
    const source = path.join(folder, file.path);
    if (file.kind === "symlink") return fail({ reason: "release-holds-link", file: source });
    if (/^(?:dist|node_modules)\//.test(file.path)) continue;
    const bytes = await readFile(source);
    members.push({ name: nameIn(kind, name, file.path), executable: file.isExecutable, bytes });
  }
  return ok(members);
}

function nameIn(kind: DefinitionKind, name: string, file: string): string {
  return path.posix.join(packagedFolders[kind], name, file);
}
