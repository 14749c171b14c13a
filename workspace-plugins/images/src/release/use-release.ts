import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readStatement } from "@slipway/attestation";
import type { Trust } from "@slipway/attestation";
import {
  digestOf,
  exists,
  fail,
  hexOf,
  ok,
  readTextIfPresent,
  replaceFolder,
  writeJson,
} from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import { hasCode } from "@slipway/signature/read-text";
import { bundleName, knownArtefacts, sumsName } from "./artefacts.ts";
import type { Artefact } from "./artefacts.ts";
import type { ReleaseCause, ReleaseFailure } from "./failure.ts";
import { readArchive } from "./read-archive.ts";
import { ReleaseStatement } from "./statement.ts";
import { parseSums } from "./sums.ts";

export type ReleaseUse = {
  /** Each holds a release with sums of its own. */
  readonly folders: readonly string[];
  /** Whose signatures count, and when. */
  readonly trust: Trust;
  readonly now: Date;
  readonly allowsUnsigned: boolean;
  readonly signal: AbortSignal;
};

/** What is noted of a set beside it. */
type Source = {
  readonly folder: string;
  readonly signer: string | undefined;
  readonly artefacts: Readonly<Record<string, Digest>>;
};

/**
 * Puts the definitions of releases in the place of the packaged set. Nothing is written before the sums are signed by
 * who is trusted and the artefacts are what the sums say; what was there stays until all is unpacked.
 */
export async function useReleases(
  use: ReleaseUse,
  place: string,
): Promise<Result<Outcome<ReleaseCause>, ReleaseFailure>> {
  return replaceFolder(place, async (partial) => {
    const sources: Source[] = [];
    for (const folder of use.folders) {
      const source = await takeOver(use, folder, partial);
      if (!source.ok) return source;
      sources.push(source.value);
    }
    await writeJson(path.join(partial, "release.json"), { schema: 1, sources });
    const signers = [...new Set(sources.map(({ signer }) => signer ?? "nobody"))];
    const artefacts = sources.flatMap((source) => Object.keys(source.artefacts));
    const facts = {
      folder: place,
      artefacts: artefacts.join(", "),
      "signed by": signers.join(", "),
    };
    return ok({ state: "done", cause: "definitions-taken-over", facts });
  });
}

async function takeOver(
  use: ReleaseUse,
  folder: string,
  into: string,
): Promise<Result<Source, ReleaseFailure>> {
  const file = path.join(folder, sumsName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return fail({ reason: "release-incomplete", folder, missing: sumsName });
  const signer = await findSigner(use, folder, text);
  if (!signer.ok) return signer;
  const sums = parseSums(text);
  if (!sums.ok) return fail({ reason: "release-sums-invalid", file, line: sums.failure });
  const artefacts: Record<string, Digest> = {};
  for (const artefact of knownArtefacts) {
    if (use.signal.aborted) return fail({ reason: "release-stopped" });
    const read = await readArtefact(folder, artefact, sums.value);
    if (!read.ok) return read;
    if (read.value === undefined) continue;
    const unpacked = await unpack(folder, artefact, read.value, into);
    if (!unpacked.ok) return unpacked;
    artefacts[artefact.file] = digestOf(read.value);
  }
  if (Object.keys(artefacts).length > 0) return ok({ folder, signer: signer.value, artefacts });
  const missing = knownArtefacts.map((each) => each.file).join(" or ");
  return fail({ reason: "release-incomplete", folder, missing });
}

/** Who signed the sums; `undefined`: nobody that we trust, which has been allowed. */
async function findSigner(
  { trust, now, allowsUnsigned }: ReleaseUse,
  folder: string,
  sums: string,
): Promise<Result<string | undefined, ReleaseFailure>> {
  const file = path.join(folder, bundleName);
  const unsigned = (detail: string, signer?: string): Result<undefined, ReleaseFailure> =>
    allowsUnsigned ? ok(undefined) : fail({ reason: "release-unsigned", folder, signer, detail });
  const bundle = await readTextIfPresent(file);
  if (bundle === undefined) return unsigned(`there is no ${bundleName}`);
  const read = readStatement(bundle, ReleaseStatement, { trust, now });
  if (!read.ok) {
    if (read.failure.kind === "untrusted")
      return unsigned(read.failure.detail, read.failure.signer);
    // Bundles of others, with a certificate and a log, are none of ours to read.
    if (read.failure.part === "envelope") return unsigned("it is not signed by a key of ours");
    const { part, detail } = read.failure;
    return fail({ reason: "release-tampered", file, detail: `${part}: ${detail}` });
  }
  const { statement, signer } = read.value;
  if (statement.subject[0].digest.sha256 === hexOf(digestOf(sums))) return ok(signer);
  return fail({ reason: "release-tampered", file, detail: `it is of another ${sumsName}` });
}

/** Its bytes once they are what the sums say: these are unpacked, whatever becomes of the file. */
async function readArtefact(
  folder: string,
  { file: name }: Artefact,
  sums: ReadonlyMap<string, Digest>,
): Promise<Result<Buffer | undefined, ReleaseFailure>> {
  const file = path.join(folder, name);
  if (!(await exists(file))) return ok(undefined);
  const expected = sums.get(name);
  if (expected === undefined) return fail({ reason: "release-unlisted", file });
  const bytes = await readFile(file);
  const found = digestOf(bytes);
  return found === expected
    ? ok(bytes)
    : fail({ reason: "release-differs", file, expected, found });
}

async function unpack(
  folder: string,
  { file: artefact, holds }: Artefact,
  bytes: Uint8Array,
  into: string,
): Promise<Result<undefined, ReleaseFailure>> {
  const file = path.join(folder, artefact);
  const archive = await readArchive(bytes);
  if (!archive.ok) return fail({ reason: "release-archive-refused", file, ...archive.failure });
  for (const { name, isExecutable, bytes: content } of archive.value) {
    if (!holds.some((top) => name === top || name.startsWith(`${top}/`))) continue;
    const target = path.join(into, name);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content, { flag: "wx", mode: isExecutable ? 0o755 : 0o644 });
    } catch (error) {
      // Two releases, or a file system that takes two names for one.
      if (!hasCode(error, ["EEXIST", "ENOTDIR"])) throw error;
      return fail({ reason: "release-archive-refused", file, entry: name, problem: "twice" });
    }
  }
  return ok(undefined);
}
