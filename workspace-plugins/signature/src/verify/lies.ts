import { canonicalJson } from "../canonical-json.ts";
import type { HashedFiles } from "../file-hasher.ts";
import type { FileListing } from "../listing.ts";
import type { Derivation } from "../nx-targets.ts";
import type { SignedTargets } from "../sign-targets.ts";
import type { Truth } from "./truth.ts";

/** Something that a cache says and that is not so. */
export type Lie = {
  /** A file, a target or a folder. */
  readonly subject: string;
  readonly said: string;
  readonly truth: string;
};

/** What became of one cache. */
export type Check = {
  readonly cache: CacheName;
  /** What to remove when it lies, relative to the workspace. `undefined`: a process to stop. */
  readonly file: string | undefined;
  /** How much of what it says was looked at. */
  readonly count: number;
  readonly lies: readonly Lie[];
};

export type CacheName =
  | "file-digests"
  | "folder-digests"
  | "input-roots"
  | "jobs"
  | "definitions"
  | "signatures"
  | "records"
  | "watcher";

/** Every file that a tree has, or should have, with its mode and its digest. */
export function liesOfFiles(
  truth: Truth,
  said: { readonly listing: FileListing; readonly hashed: HashedFiles },
): readonly Lie[] {
  const is = textsOf(truth.listing, truth);
  const was = textsOf(said.listing, said.hashed);
  return liesOfTexts(is, was);
}

/** What two maps do not have in common. */
export function liesOfTexts(
  is: ReadonlyMap<string, string>,
  said: ReadonlyMap<string, string>,
): readonly Lie[] {
  const subjects = [...new Set([...is.keys(), ...said.keys()])];
  return subjects.flatMap((subject) => {
    const lie = {
      subject,
      said: said.get(subject) ?? "nothing",
      truth: is.get(subject) ?? "nothing",
    };
    return lie.said === lie.truth ? [] : [lie];
  });
}

export function definitionTexts({
  definitions,
  failures,
}: Derivation): ReadonlyMap<string, string> {
  return new Map([
    ...definitions.map((one) => [one.id, canonicalJson(one)] as const),
    ...[...failures].map(([id, failure]) => [id, canonicalJson(failure)] as const),
  ]);
}

/** By id: a work signature, or why there is none. */
export function signatureTexts(signed: SignedTargets): ReadonlyMap<string, string> {
  return new Map(
    [...signed].map(([id, target]) => [
      id,
      target.ok ? target.value.signature : `none: ${target.failure.reason}`,
    ]),
  );
}

function textsOf(
  { files }: FileListing,
  { digests, failures }: HashedFiles,
): ReadonlyMap<string, string> {
  return new Map(
    files.map((file) => {
      if (file.kind === "symlink") return [file.path, `a link to ${file.target}`];
      const found = digests.get(file.path);
      const failure = failures.get(file.path);
      if (found === undefined) return [file.path, `unreadable: ${failure?.reason ?? "not read"}`];
      const mode = found.isExecutable ? "executable" : "not executable";
      return [file.path, `${found.digest}, ${found.sizeBytes} bytes, ${mode}`];
    }),
  );
}
