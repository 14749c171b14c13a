import path from "node:path";
import { exists, fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { parseAddress } from "./address.ts";
import type { ModulesFailure } from "./failure.ts";
import { parseLock, standardSource } from "./lock.ts";
import type { Lock, LockedPlugin } from "./lock.ts";
import { lockFileOf } from "./lock-file.ts";
import { cachedFolder } from "./module-cache.ts";
import type { ModuleCache } from "./module-cache.ts";
import { verifyModule } from "./module-folder.ts";
import { readLocal } from "./local-module.ts";
import type { SandboxCapability } from "../plugins/sandbox-capabilities.ts";
import type { ModuleManifest, Platform } from "./manifest.ts";

/** A locked module on this machine. */
export type OpenedModule = {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: ModuleManifest;
  /** Of its content, as locked; `undefined` for what lies in this repository. */
  readonly content: Digest | undefined;
  readonly granted: readonly SandboxCapability[];
};

/** The `cig.lock` beside a `cig.toml`, which is named relative to the root; `undefined` where there is none. */
export async function readLock(
  root: string,
  file: string,
): Promise<Result<Lock | undefined, ModulesFailure>> {
  const lockFile = lockFileOf(file);
  const text = await readTextIfPresent(path.join(root, lockFile));
  return text === undefined ? ok(undefined) : parseLock(lockFile, text);
}

/**
 * What is locked, by name, each verified just now; without what came with slipway. Nothing is fetched: what is not here
 * is what `slipway ci sync` brings.
 */
export async function openModules(
  plugins: Lock["plugins"],
  {
    root,
    cache,
    platform,
  }: { readonly root: string; readonly cache: ModuleCache; readonly platform: Platform },
): Promise<Result<ReadonlyMap<string, OpenedModule>, ModulesFailure>> {
  const opened = new Map<string, OpenedModule>();
  for (const plugin of plugins) {
    if (plugin.source === standardSource) continue;
    const module = await openModule(plugin, { root, cache, platform });
    if (!module.ok) return module;
    opened.set(plugin.name, module.value);
  }
  return ok(opened);
}

async function openModule(
  { name, version, source, sha256, granted }: LockedPlugin,
  {
    root,
    cache,
    platform,
  }: { readonly root: string; readonly cache: ModuleCache; readonly platform: Platform },
): Promise<Result<OpenedModule, ModulesFailure>> {
  const address = parseAddress(source);
  if ("kind" in address && address.kind === "local") {
    const local = await readLocal(root, address.folder);
    if (!local.ok) return local;
    const { manifest } = local.value;
    return ok({ folder: path.join(root, address.folder), manifest, content: undefined, granted });
  }
  const content = sha256[platform] ?? sha256.any;
  if (content === undefined) {
    const platforms = Object.keys(sha256);
    return fail({ reason: "module-platform-missing", module: name, version, platform, platforms });
  }
  const folder = cachedFolder(cache, content);
  if (!(await exists(folder))) return fail({ reason: "module-not-here", module: name, version });
  const verified = await verifyModule(name, folder, content);
  if (!verified.ok) return verified;
  const read = await readLocal(folder, "");
  return read.ok ? ok({ folder, manifest: read.value.manifest, content, granted }) : read;
}
