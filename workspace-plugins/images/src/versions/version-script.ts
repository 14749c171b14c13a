import { digestOf } from "@slipway/signature/basics";
import type { Digest, Result, SignatureFailure } from "@slipway/signature";
import { ok } from "@slipway/signature/basics";
import type { Member } from "../archive.ts";
import { definitionMembers, digestOfMembers } from "../context.ts";
import { withShellLineEnds } from "../scripts.ts";

/** An agent's `version.sh` with all that it may read. */
export type VersionScript = {
  readonly agent: string;
  /** For people. */
  readonly file: string;
  /** Below `definition/`, with the line ends that a shell takes. */
  readonly members: readonly Member[];
  readonly digest: Digest;
};

/** `folder` is the definition's, absolute; `file` names its `version.sh`. */
export async function readVersionScript(
  agent: { readonly name: string; readonly folder: string; readonly file: string },
  signal: AbortSignal,
): Promise<Result<VersionScript, SignatureFailure>> {
  const listed = await definitionMembers(agent.folder, "definition", signal);
  if (!listed.ok) return listed;
  return ok({
    agent: agent.name,
    file: agent.file,
    members: listed.value.map(withShellLineEnds),
    digest: versionSourceOf(listed.value),
  });
}

/**
 * Digest of what a version follows from: `version.sh` and, where other files than `install.sh` lie beside it, those too,
 * since it may read them. Members are of a definition, below `definition/`.
 */
export function versionSourceOf(members: readonly Member[]): Digest {
  const read = members
    .filter(({ name }) => name !== "definition/install.sh")
    .map(withShellLineEnds);
  const [first] = read;
  const isAlone = read.length === 1 && first !== undefined && "bytes" in first;
  return isAlone ? digestOf(first.bytes) : digestOfMembers(read);
}
