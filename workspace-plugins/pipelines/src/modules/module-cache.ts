import { homedir } from "node:os";
import path from "node:path";
import {
  exists,
  hexOf,
  ok,
  readTextIfPresent,
  replaceFolder,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { verifyModule, writeModuleFolder } from "./module-folder.ts";
import type { ModuleFile } from "./module-files.ts";

/** Where modules of other places lie on this machine, each under the digest of its content. */
export type ModuleCache = { readonly folder: string };

export function moduleCache(
  environment: Readonly<Record<string, string | undefined>>,
): ModuleCache {
  const named = environment["XDG_CACHE_HOME"] ?? "";
  const caches = path.isAbsolute(named) ? named : path.join(homedir(), ".cache");
  return { folder: path.join(caches, "slipway", "modules") };
}

export function cachedFolder({ folder }: ModuleCache, content: Digest): string {
  return path.join(folder, hexOf(content));
}

/** Whether it is there as it should be. What somebody has changed is as good as absent. */
export async function isCached(cache: ModuleCache, content: Digest): Promise<boolean> {
  const folder = cachedFolder(cache, content);
  return (await exists(folder)) && (await verifyModule("", folder, content)).ok;
}

/** In one rename: who looks sees all of it or nothing. */
export async function keepModule(
  cache: ModuleCache,
  content: Digest,
  files: readonly ModuleFile[],
): Promise<void> {
  if (await isCached(cache, content)) return;
  await replaceFolder(cachedFolder(cache, content), async (partial) => {
    await writeModuleFolder(partial, files);
    return ok(undefined);
  });
}

/** The signed statement that it came with, which is verified again each time. */
export async function readKeptSignature(
  cache: ModuleCache,
  content: Digest,
): Promise<string | undefined> {
  return readTextIfPresent(signatureFile(cache, content));
}

export async function keepSignature(
  cache: ModuleCache,
  content: Digest,
  bundle: string,
): Promise<void> {
  await writeFileAtomically(signatureFile(cache, content), bundle, { mode: 0o644 });
}

function signatureFile(cache: ModuleCache, content: Digest): string {
  return `${cachedFolder(cache, content)}.sigstore.json`;
}
