import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import { DigestText } from "@slipway/definitions/digest-text";
import { exists, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { imagesLockName } from "./images-lock-name.ts";
import { isAgentVersion } from "./versions/agent-version.ts";

const LockedAgent = z.strictObject({
  version: z.string().refine(isAgentVersion, "must be a version"),
  /** Where `version.sh` said so. */
  source: z.enum(["builder", "host"]).default("builder"),
  /** `versionSourceOf` the definition that gave the version. */
  definition: DigestText,
});
export type LockedAgent = z.output<typeof LockedAgent>;

const LockedImage = z.strictObject({
  digest: DigestText,
  /** By platforms such as `linux/amd64`; none where the reference names one image alone. */
  platforms: z.record(z.string(), DigestText).default({}),
});
export type LockedImage = z.output<typeof LockedImage>;

/** `slipway.images.lock`: what images are built from that this workspace does not make itself. */
export const ImagesLock = z.strictObject({
  /** By reference. */
  from_images: z.record(z.string(), LockedImage).default({}),
  /** By name. */
  agents: z.record(z.string(), LockedAgent).default({}),
  /** The image that `version.sh` is run in. */
  builder: z.strictObject({ reference: z.string().min(1), digest: DigestText }).optional(),
});
export type ImagesLock = z.output<typeof ImagesLock>;

export const emptyImagesLock: ImagesLock = { from_images: {}, agents: {} };

/** Of a workspace, or of another folder that has one; an empty one where there is none. */
export async function readImagesLock(
  folder: string,
): Promise<Result<ImagesLock, DefinitionFailure>> {
  const file = path.join(folder, imagesLockName);
  if (!(await exists(file))) return ok(emptyImagesLock);
  return parseImagesLock(await readFile(file, "utf8"));
}

export function parseImagesLock(text: string): Result<ImagesLock, DefinitionFailure> {
  return parseYaml(imagesLockName, text, ImagesLock);
}

/** Its own entry: a Dockerfile can name an image as what every object has. */
export function lockedImage(lock: ImagesLock, reference: string): LockedImage | undefined {
  return Object.hasOwn(lock.from_images, reference) ? lock.from_images[reference] : undefined;
}

export function lockedAgent(lock: ImagesLock, agent: string): LockedAgent | undefined {
  return Object.hasOwn(lock.agents, agent) ? lock.agents[agent] : undefined;
}

/** `repository@sha256:…` of the image for a platform such as `linux/amd64`. `undefined`: it is not locked. */
export function lockedReference(
  lock: ImagesLock,
  reference: string,
  platform: string,
): { readonly reference: string; readonly digest: Digest } | undefined {
  const entry = lockedImage(lock, reference);
  if (entry === undefined) return undefined;
  const digest = entry.platforms[platform] ?? entry.digest;
  return { reference: `${repositoryOf(reference)}@${digest}`, digest };
}

/** Without tag and digest; a colon before the last slash is a port's. */
export function repositoryOf(reference: string): string {
  const [name = ""] = reference.split("@");
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}
