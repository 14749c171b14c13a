import path from "node:path";
import type { DefinitionFailure } from "@slipway/definitions";
import type { Result } from "@slipway/signature";
import type { BuildSession } from "../build.ts";
import { readImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";

/** Holds the lock that counts for a definition: the workspace's, or the user's for one that is given by an absolute path. */
export function lockFolderOf(
  session: Pick<BuildSession, "workspaceRoot" | "userLockFolder">,
  definitionFolder: string,
): string {
  const { workspaceRoot, userLockFolder = workspaceRoot } = session;
  return path.isAbsolute(definitionFolder) ? userLockFolder : workspaceRoot;
}

export async function readLockOf(
  session: Pick<BuildSession, "workspaceRoot" | "userLockFolder">,
  definitionFolder: string,
): Promise<Result<ImagesLock, DefinitionFailure>> {
  return readImagesLock(lockFolderOf(session, definitionFolder));
}
