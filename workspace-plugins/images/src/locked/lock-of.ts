import path from "node:path";
import type { DefinitionFailure } from "@slipway/definitions";
import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { BuildSession } from "../build.ts";
import { readImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";
import { readImagesPolicy } from "../trust/policy.ts";
import type { ImagesPolicy } from "../trust/policy.ts";

/** Holds the lock that counts for a definition: the workspace's, or the user's for one that is given by an absolute path. */
export function lockFolderOf(
  session: Pick<BuildSession, "workspaceRoot" | "userLockFolder">,
  definitionFolder: string,
): string {
  const { workspaceRoot, userLockFolder = workspaceRoot } = session;
  return path.isAbsolute(definitionFolder) ? userLockFolder : workspaceRoot;
}

/** What counts for images that a definition names and this machine does not make. */
export type Pins = { readonly lock: ImagesLock; readonly policy: ImagesPolicy | undefined };

export async function readPinsOf(
  session: Pick<BuildSession, "workspaceRoot" | "userLockFolder">,
  definitionFolder: string,
): Promise<Result<Pins, DefinitionFailure>> {
  const lock = await readLockOf(session, definitionFolder);
  if (!lock.ok) return lock;
  const policy = await readImagesPolicy(lockFolderOf(session, definitionFolder));
  return policy.ok ? ok({ lock: lock.value, policy: policy.value }) : policy;
}

export async function readLockOf(
  session: Pick<BuildSession, "workspaceRoot" | "userLockFolder">,
  definitionFolder: string,
): Promise<Result<ImagesLock, DefinitionFailure>> {
  return readImagesLock(lockFolderOf(session, definitionFolder));
}
