import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import { exists, isDigest, ok } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { imagesLockName } from "./images-lock-name.ts";

const DigestText = z.custom<Digest>(
  (value) => typeof value === "string" && isDigest(value),
  "must be sha256: and 64 hex digits",
);

/** What images are built from that this workspace does not make itself. */
export const ImagesLock = z.object({
  /** By reference. */
  from_images: z
    .record(
      z.string(),
      z.object({ digest: DigestText, platforms: z.record(z.string(), DigestText).default({}) }),
    )
    .default({}),
  /** By name; `definition` is the digest of `version.sh` that gave the version. */
  agents: z
    .record(z.string(), z.object({ version: z.string(), definition: DigestText }))
    .default({}),
});
export type ImagesLock = z.output<typeof ImagesLock>;

/** An empty one where there is none. */
export async function readImagesLock(
  workspaceRoot: string,
): Promise<Result<ImagesLock, DefinitionFailure>> {
  const file = path.join(workspaceRoot, imagesLockName);
  if (!(await exists(file))) return ok({ from_images: {}, agents: {} });
  return parseImagesLock(await readFile(file, "utf8"));
}

export function parseImagesLock(text: string): Result<ImagesLock, DefinitionFailure> {
  return parseYaml(imagesLockName, text, ImagesLock);
}

/** `repository@sha256:…` of the image for a platform such as `linux/amd64`. `undefined`: it is not locked. */
export function lockedReference(
  lock: ImagesLock,
  reference: string,
  platform: string,
): { readonly reference: string; readonly digest: Digest } | undefined {
  const entry = lock.from_images[reference];
  if (entry === undefined) return undefined;
  const digest = entry.platforms[platform] ?? entry.digest;
  return { reference: `${repositoryOf(reference)}@${digest}`, digest };
}

/** Without tag and digest; a colon before the last slash is a port's. */
function repositoryOf(reference: string): string {
  const [name = ""] = reference.split("@");
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}
