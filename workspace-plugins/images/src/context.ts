import { readFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, ok } from "@slipway/signature/basics";
import { listFiles, listIgnored } from "@slipway/signature/listing";
import type { Digest, ListedFile, Result, SignatureFailure } from "@slipway/signature";
import type { Member } from "./archive.ts";

/** No part of an image: what targets of the same folder write, and what says how to build it, which counts by its meaning. */
const excluded =
  /^(?:(?:dist|\.aigogo|node_modules)\/|(?:agent|base|extension|image-extended)\.ya?ml$)/;

/**
 * The files of a definition folder under `prefix`, in the order of their paths; links as links, no other kinds. What
 * git ignores stays out: no signature covers it, and it may be a secret. A folder that git ignores as a whole, as in a home
 * that is a repository, is none of that repository's and counts with all of its files.
 */
export async function definitionMembers(
  folder: string,
  prefix: string,
  signal: AbortSignal,
): Promise<Result<readonly Member[], SignatureFailure>> {
  const listing = await listFiles(folder, signal);
  if (!listing.ok) return listing;
  const known = listing.value.files.length > 0 ? listing : listIgnored(folder, "");
  if (!known.ok) return known;
  const files = known.value.files.filter((file) => !excluded.test(file.path));
  return ok(await Promise.all(files.map((file) => memberOf(folder, prefix, file))));
}

async function memberOf(folder: string, prefix: string, file: ListedFile): Promise<Member> {
  const name = path.posix.join(prefix, file.path);
  if (file.kind === "symlink") return { name, linkTarget: file.target };
  const bytes = await readFile(path.join(folder, file.path));
  return { name, executable: file.isExecutable, bytes };
}

/** A definition's own Dockerfile, and everything else. */
export function splitDockerfile(members: readonly Member[]): {
  readonly dockerfile: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  readonly others: readonly Member[];
} {
  const found = members.find(({ name }) => name === "Dockerfile");
  const dockerfile =
    found !== undefined && "bytes" in found ? { name: found.name, bytes: found.bytes } : undefined;
  return {
    dockerfile,
    others: dockerfile === undefined ? members : members.filter((one) => one !== found),
  };
}

/** One digest over name, mode and content of each member: what a receipt says an image was made from. */
export function digestOfMembers(members: readonly Member[]): Digest {
  return digestOf(
    JSON.stringify(members.map((member) => [member.name, modeOf(member), contentOf(member)])),
  );
}

/** The same of each member: its name, and its mode with its content. */
export function memberLines(members: readonly Member[]): readonly (readonly [string, string])[] {
  return members.map((member) => [member.name, `${modeOf(member)} ${contentOf(member)}`]);
}

function modeOf({ executable }: Member): "x" | "-" {
  return executable === true ? "x" : "-";
}

function contentOf(member: Member): string {
  if ("bytes" in member) return digestOf(member.bytes);
  return "linkTarget" in member ? `-> ${member.linkTarget}` : member.file;
}
