import { readdir } from "node:fs/promises";
import path from "node:path";
import { readTrust } from "@slipway/attestation";
import type { DefinitionFailure } from "@slipway/definitions";
import { exists, fail, ok, shortDigest } from "@slipway/signature/basics";
import type { SignatureFailure, Outcome, Result } from "@slipway/signature";
import type { SmokeDefinition } from "./definition.ts";
import type { SmokeCause, SmokeFailure } from "./failure.ts";
import { readSmokeImage } from "./image.ts";
import { readContents, readInputs } from "./input.ts";
import { placesOf, readDefinition } from "./project.ts";
import type { SmokeProject } from "./project.ts";
import { findUnpassedPhase } from "./statement.ts";
import type { Claims } from "./statement.ts";
import { readTranscript } from "./transcript.ts";
import { findTreeDifference, treeOf } from "./tree.ts";

export type VerifyRequest = {
  readonly project: SmokeProject;
  readonly workspaceRoot: string;
  readonly now: Date;
  readonly signal: AbortSignal;
};

type Failure = SmokeFailure | DefinitionFailure | SignatureFailure;

/**
 * Believes a transcript only as far as it can be checked from the disk, with no engine: the signature over the stored
 * bytes, what it says of itself, then the outputs, the inputs and the image as they are now.
 */
export async function verifyBoot(
  request: VerifyRequest,
): Promise<Result<Outcome<SmokeCause>, Failure>> {
  const { project, signal } = request;
  const { transcript: file } = placesOf(project);
  const trust = await readTrust(request.workspaceRoot);
  if (!trust.ok) return trust;
  const transcript = await readTranscript(file, trust.value, request.now);
  if (!transcript.ok) return transcript;
  const { claims, claimsDigest } = transcript.value.statement.predicate;
  const unpassed = findUnpassedPhase(claims);
  if (unpassed !== undefined)
    return fail({ reason: "transcript-records-failure", file, ...unpassed });
  const outputs = await checkOutputs(project, claims);
  if (!outputs.ok) return outputs;
  const current = await checkCurrent(project, claims, signal);
  if (!current.ok) return current;
  return ok({
    state: "unchanged",
    cause: "transcript-verified",
    facts: {
      claims: shortDigest(claimsDigest),
      "ran at": transcript.value.statement.predicate.observation.startedAt,
      signer: transcript.value.signer.slice("sha256:".length, "sha256:".length + 12),
    },
  });
}

async function checkOutputs(project: SmokeProject, claims: Claims): Promise<Result<void, Failure>> {
  const { outputs, transcript: file } = placesOf(project);
  const listed = await listFolder(outputs);
  const odd = listed.find(({ isFile }) => !isFile);
  if (odd !== undefined) {
    return fail({ reason: "transcript-tampered", file, part: odd.path, detail: "it is no file" });
  }
  const found = await readContents(outputs, listed);
  const difference = findTreeDifference(claims.outputs.files, treeOf(found));
  if (difference === undefined) return ok(undefined);
  const detail = `recorded ${difference.recorded}, found ${difference.found}`;
  const part = path.posix.join("outputs", difference.path);
  return fail({ reason: "transcript-tampered", file, part, detail });
}

type Listed = { readonly path: string; readonly isFile: boolean };

/** Everything below a folder but the folders themselves; nothing where there is none. */
async function listFolder(folder: string): Promise<readonly Listed[]> {
  if (!(await exists(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      path: path
        .relative(folder, path.join(entry.parentPath, entry.name))
        .replaceAll(path.sep, "/"),
      isFile: entry.isFile(),
    }));
}

/** Genuine claims about another state of the workspace are stale, which is no reason for suspicion. */
async function checkCurrent(
  project: SmokeProject,
  claims: Claims,
  signal: AbortSignal,
): Promise<Result<void, Failure>> {
  const { transcript: file } = placesOf(project);
  const stale = (part: string, recorded: string, found: string): Result<never, Failure> =>
    fail({ reason: "transcript-stale", file, part, recorded, found });
  if (claims.project !== project.name) return stale("project", claims.project, project.name);
  const read = await readDefinition(project);
  if (!read.ok) return read;
  const { definition, digest } = read.value;
  if (digest !== claims.definition) return stale("smoke.yml", claims.definition, digest);
  const inputs = await readInputs(project.folder, definition.inputs, signal);
  if (!inputs.ok) return inputs;
  const difference = findTreeDifference(claims.inputs.files, treeOf(inputs.value));
  if (difference !== undefined)
    return stale(difference.path, difference.recorded, difference.found);
  return checkImage(project, definition, claims, stale);
}

async function checkImage(
  project: SmokeProject,
  { image: name, base }: SmokeDefinition,
  claims: Claims,
  stale: (part: string, recorded: string, found: string) => Result<never, Failure>,
): Promise<Result<void, Failure>> {
  const image = await readSmokeImage({ image: name, folder: project.imageFolder, base });
  if (!image.ok) return image;
  const { imageId } = image.value;
  return imageId === claims.image.imageId
    ? ok(undefined)
    : stale("image", claims.image.imageId, imageId);
}
