import path from "node:path";
import type { Trust } from "@slipway/attestation";
import type { Registry, RegistryFailure } from "@slipway/registry";
import {
  compareBytes,
  fail,
  inParallel,
  ok,
  readTextIfPresent,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { invalidPipeline } from "../definition/parse-pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";
import { lockedCore } from "../plugins/handshake.ts";
import { planPipeline } from "../plan/plan.ts";
import { askedBy } from "./asked.ts";
import type { Asked } from "./asked.ts";
import { askedDigest } from "./asked-digest.ts";
import { lockModule } from "./lock-module.ts";
import type { LockedModule, LockingOptions } from "./lock-module.ts";
import { formatLock, lockDifferences, parseLock, standardSource } from "./lock.ts";
import { lockFileOf } from "./lock-file.ts";
import type { Lock } from "./lock.ts";
import type { ModuleCache } from "./module-cache.ts";
import { openModuleSource } from "./module-source.ts";
import type { SandboxCapability } from "../plugins/sandbox-capabilities.ts";
import { resolveModules } from "./resolve.ts";
import type { ResolvedModule } from "./resolve.ts";

type Failure = PipelinesFailure | RegistryFailure;

/** Modules that ask for what has not been granted them. */
export type Ask = {
  readonly module: string;
  readonly version: string;
  readonly capabilities: readonly SandboxCapability[];
};

export type SyncOptions = {
  /** Of the workspace, absolute. */
  readonly root: string;
  /** Of the `cig.toml`, relative to the root. */
  readonly file: string;
  readonly text: string;
  readonly registry: Registry;
  /** For names that say nothing of one, where `cig.toml` names none. */
  readonly defaultRegistry: string | undefined;
  readonly standard: ReadonlyMap<string, string>;
  /** Names of programs on PATH that are plugins: they are nobody's to lock. */
  readonly isOnPath: (name: string) => Promise<boolean>;
  readonly trust: Trust;
  readonly now: Date;
  readonly cache: ModuleCache;
  readonly platform: LockingOptions["platform"];
  /** Nothing is written, and what would be is a failure. */
  readonly isFrozen: boolean;
  /** Nobody is asked: what is locked has to be on this machine. */
  readonly isOffline: boolean;
  /** The highest versions, whatever is locked. */
  readonly isUpdate: boolean;
  readonly approve: (asks: readonly Ask[]) => Promise<Result<undefined, Failure>>;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
};

export type Synced = {
  readonly state: "done" | "unchanged";
  readonly lock: Lock;
  /** What went from the lock and what came. */
  readonly differences: readonly string[];
};

/**
 * Makes `cig.lock` and this machine's cache agree with `cig.toml`. What is locked stays while it is let in. The lock is
 * written last, when all of it is here, verified and granted.
 */
export async function syncModules(options: SyncOptions): Promise<Result<Synced, Failure>> {
  const { root, file, text } = options;
  const planned = planPipeline({ file, text }, { facts: undefined });
  if (!planned.ok) return planned;
  const { pipeline, resolved } = planned.value;
  const defaultRegistry = pipeline.project.registry ?? options.defaultRegistry;
  const asked = await withoutPath(askedBy(pipeline, resolved.uses), options);
  if (asked.problems.length > 0) return fail(invalidPipeline(file, text, asked.problems));
  const shownLock = lockFileOf(file);
  const lockFile = path.join(root, shownLock);
  const oldText = await readTextIfPresent(lockFile);
  const old = oldText === undefined ? undefined : parseLock(shownLock, oldText);
  if (old !== undefined && !old.ok) return old;
  const made = await makeLock(asked, old?.value, { ...options, defaultRegistry });
  if (!made.ok) return made;
  const { lock, modules } = made.value;
  const newText = formatLock(lock);
  const differences = lockDifferences(oldText, newText);
  if (options.isFrozen && newText !== oldText) {
    return fail({ reason: "modules-lock-stale", file: shownLock, differences });
  }
  const granted = await grantAll(modules, options);
  if (!granted.ok) return granted;
  const final = { ...lock, plugins: granted.value };
  const finalText = formatLock(final);
  if (finalText === oldText) return ok({ state: "unchanged", lock: final, differences: [] });
  await writeFileAtomically(lockFile, finalText);
  return ok({ state: "done", lock: final, differences: lockDifferences(oldText, finalText) });
}

/** What only a program on PATH can be is of this machine alone. */
async function withoutPath(asked: Asked, { isOnPath }: SyncOptions): Promise<Asked> {
  const isElsewhere = await Promise.all(
    asked.roots.map(async ({ address }) => {
      const isFree = address.kind === "short" && address.constraint.text === "*";
      return isFree && !asked.sources.has(address.name) && (await isOnPath(address.name));
    }),
  );
  return { ...asked, roots: asked.roots.filter((_, at) => isElsewhere[at] !== true) };
}

type MadeLock = { readonly lock: Lock; readonly modules: readonly LockedModule[] };

/** With what was granted before and is still asked for. */
async function makeLock(
  asked: Asked,
  old: Lock | undefined,
  options: SyncOptions,
): Promise<Result<MadeLock, Failure>> {
  const config = await askedDigest(asked, options);
  if (!config.ok) return config;
  const commits = (options.isUpdate ? [] : (old?.plugins ?? [])).map(
    ({ source: place, commit }): readonly [string, string | undefined] => [place, commit],
  );
  const source = openModuleSource({
    ...options,
    sources: asked.sources,
    commits: new Map(commits),
  });
  const isCurrent =
    old !== undefined &&
    !options.isUpdate &&
    old.config === config.value &&
    isStandardCurrent(old, options.standard);
  let resolved: readonly ResolvedModule[];
  if (isCurrent) resolved = resolvedIn(old);
  else if (options.isOffline) return fail({ reason: "modules-offline", needed: [] });
  else {
    options.progress("resolving modules");
    const preferred = new Map(
      options.isUpdate ? [] : (old?.plugins ?? []).map(({ name, version }) => [name, version]),
    );
    const found = await resolveModules(asked.roots, source, preferred);
    if (!found.ok) return found;
    resolved = found.value;
  }
  const modules = await inParallel(4, resolved, async (module) =>
    lockModule(module, { ...options, source, old }),
  );
  if (!modules.ok) return modules;
  const lock: Lock = {
    config: config.value,
    core: lockedCore,
    plugins: modules.value.map(({ locked }) => locked),
    resolvedVersions: old?.resolvedVersions ?? {},
  };
  return ok({ lock, modules: modules.value });
}

function isStandardCurrent({ plugins }: Lock, standard: SyncOptions["standard"]): boolean {
  return plugins.every(
    ({ name, source, version }) => source !== standardSource || standard.get(name) === version,
  );
}

function resolvedIn({ plugins }: Lock): readonly ResolvedModule[] {
  return plugins.map(({ name, source, version, constraints, requires }) => ({
    name,
    place: source,
    version,
    constraints,
    requires,
  }));
}

/** With what everybody is granted, once somebody has agreed to what is new. */
async function grantAll(
  modules: readonly LockedModule[],
  { approve, isFrozen }: SyncOptions,
): Promise<Result<Lock["plugins"], Failure>> {
  const asks = modules.flatMap(({ locked, required }): readonly Ask[] => {
    const capabilities = required.filter((each) => !locked.granted.includes(each));
    if (capabilities.length === 0) return [];
    return [{ module: locked.name, version: locked.version, capabilities }];
  });
  if (asks.length > 0) {
    if (isFrozen) return fail({ reason: "module-not-granted", asked: asks });
    const approved = await approve(asks);
    if (!approved.ok) return approved;
  }
  return ok(
    modules.map(({ locked, required }) => ({
      ...locked,
      granted: required.toSorted(compareBytes),
    })),
  );
}
