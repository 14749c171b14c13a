import type { Trust } from "@slipway/attestation";
import { formatReference } from "@slipway/registry";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { canonicalJson, fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { ModulesFailure, SignatureObjection } from "./failure.ts";
import { standardSource } from "./lock.ts";
import type { Lock, LockedPlugin } from "./lock.ts";
import { contentOf } from "./module-artefact.ts";
import type { ModuleLayer } from "./module-artefact.ts";
import {
  cachedFolder,
  isCached,
  keepModule,
  keepSignature,
  readKeptSignature,
} from "./module-cache.ts";
import type { ModuleCache } from "./module-cache.ts";
import { contentDigest } from "./module-files.ts";
import type { ModuleFile } from "./module-files.ts";
import { readLocal } from "./local-module.ts";
import type { Found, OpenedSource } from "./module-source.ts";
import { alwaysGranted } from "../plugins/sandbox-capabilities.ts";
import type { SandboxCapability } from "../plugins/sandbox-capabilities.ts";
import { manifestName, parseManifest } from "./manifest.ts";
import type { ModuleManifest, Platform } from "./manifest.ts";
import { findSignature, objectionTo, readLayer } from "./registry-modules.ts";
import type { ResolvedModule } from "./resolve.ts";

type Failure = ModulesFailure | RegistryFailure;

export type LockingOptions = {
  readonly source: OpenedSource;
  readonly old: Lock | undefined;
  readonly registry: Registry;
  readonly trust: Trust;
  readonly now: Date;
  readonly cache: ModuleCache;
  readonly platform: Platform;
  readonly isOffline: boolean;
  readonly root: string;
  readonly progress: (line: string) => void;
};

export type LockedModule = {
  readonly locked: LockedPlugin;
  /** What has to be granted. */
  readonly required: readonly SandboxCapability[];
};

/** A version that was resolved, on this machine and verified, as the lock has it. */
export async function lockModule(
  resolved: ResolvedModule,
  options: LockingOptions,
): Promise<Result<LockedModule, Failure>> {
  const before = options.old?.plugins.find(
    ({ name, version, source }) =>
      name === resolved.name && version === resolved.version && source === resolved.place,
  );
  const kept = before === undefined ? undefined : await keptModule(before, options);
  if (kept?.objections.length === 0) return ok(lockedAs(resolved, kept, options));
  if (options.isOffline && isElsewhere(resolved.place)) return fail(absent(resolved, kept));
  const found = await options.source.found(resolved, resolved.version);
  if (!found.ok) return found;
  const got = await getModule(found.value, before, options);
  return got.ok ? ok(lockedAs(resolved, got.value, options)) : got;
}

/** Nobody may be asked for what is not here, or for another signature than the one that it came with. */
function absent({ name, version, place }: ResolvedModule, kept: Kept | undefined): ModulesFailure {
  return kept === undefined
    ? { reason: "modules-offline", needed: [`${name}@${version}`] }
    : { reason: "module-unsigned", reference: `${place}:${version}`, objections: kept.objections };
}

function isElsewhere(place: string): boolean {
  return place !== standardSource && !place.startsWith("./");
}

type Got = Pick<LockedPlugin, "sha256" | "commit"> & {
  readonly manifest: ModuleManifest | undefined;
};

/** Read access is what every plugin has. What a module was granted it keeps with another version, and from nowhere else. */
function lockedAs(
  { name, version, place, constraints, requires }: ResolvedModule,
  { manifest, sha256, commit }: Got,
  { old }: LockingOptions,
): LockedModule {
  const required = (manifest?.capabilitiesRequired ?? []).filter(
    (capability) => !alwaysGranted.includes(capability),
  );
  const before = old?.plugins.find((one) => one.name === name && one.source === place);
  const granted = (before?.granted ?? []).filter((each) => required.includes(each));
  return {
    required,
    locked: { name, version, source: place, constraints, requires, granted, sha256, commit },
  };
}

type Kept = Got & {
  /** Why the signature that it came with does not count any more. */
  readonly objections: readonly SignatureObjection[];
};

/** From the cache, if it is there. */
async function keptModule(
  before: LockedPlugin,
  { cache, platform, trust, now }: LockingOptions,
): Promise<Kept | undefined> {
  const content = before.sha256[platform] ?? before.sha256.any;
  if (content === undefined || !(await isCached(cache, content))) return undefined;
  const manifest = await readLocal(cachedFolder(cache, content), "");
  if (!manifest.ok) return undefined;
  const { sha256, commit, name, version } = before;
  const got = { manifest: manifest.value.manifest, sha256, commit };
  if (commit !== undefined) return { ...got, objections: [] };
  const bundle = await readKeptSignature(cache, content);
  if (bundle === undefined) return undefined;
  const of = before.sha256[platform] === undefined ? "any" : platform;
  const wanted = { name, version, content: { [of]: content } };
  const objection = objectionTo(bundle, wanted, { trust, now });
  return { ...got, objections: objection === undefined ? [] : [objection] };
}

async function getModule(
  found: Found,
  before: LockedPlugin | undefined,
  options: LockingOptions,
): Promise<Result<Got, Failure>> {
  switch (found.kind) {
    case "standard":
      return ok({ manifest: undefined, sha256: {}, commit: undefined });
    case "local":
      return ok({ manifest: found.manifest, sha256: {}, commit: undefined });
    case "git": {
      const { manifest, commit, files } = found;
      const content = contentDigest(files);
      const sha256 = { any: content };
      // A ref may move on, a commit is one content.
      const same = before?.commit === commit ? before : undefined;
      const changed = changeOf(same, sha256, manifest.name);
      if (changed !== undefined) return fail(changed);
      await keepModule(options.cache, content, files);
      return ok({ manifest, sha256, commit });
    }
    case "registry":
      return getPublished(found, before, options);
  }
}

async function getPublished(
  found: Extract<Found, { readonly kind: "registry" }>,
  before: LockedPlugin | undefined,
  options: LockingOptions,
): Promise<Result<Got, Failure>> {
  const { manifest, layers } = found;
  const { name, version } = manifest;
  const sha256 = contentOf(layers);
  const changed = changeOf(before, sha256, name);
  if (changed !== undefined) return fail(changed);
  const signature = await findSignature(options.registry, found, options);
  if (!signature.ok) return signature;
  const layer = layerFor(layers, options.platform);
  if (layer === undefined) {
    const platforms = layers.map(({ platform }) => platform);
    const { platform } = options;
    return fail({ reason: "module-platform-missing", module: name, version, platform, platforms });
  }
  if (!(await isCached(options.cache, layer.content))) {
    options.progress(`fetching ${name} ${version}`);
    const files = await readLayer(options.registry, found, layer);
    if (!files.ok) return files;
    if (!isManifestOf(files.value, manifest)) {
      const problem = `what it says of itself is not what its ${manifestName} says`;
      const reference = formatReference(found.reference);
      return fail({ reason: "module-artefact-invalid", reference, problem });
    }
    await keepModule(options.cache, layer.content, files.value);
  }
  await keepSignature(options.cache, layer.content, signature.value);
  return ok({ manifest, sha256, commit: undefined });
}

/** Capabilities are granted by what was published, and asked for by what lies in the folder: they have to be one. */
function isManifestOf(files: readonly ModuleFile[], manifest: ModuleManifest): boolean {
  const own = files.find((file) => file.path === manifestName);
  const parsed = parseManifest(manifestName, Buffer.from(own?.bytes ?? []).toString("utf8"));
  return parsed.ok && canonicalJson(parsed.value) === canonicalJson(manifest);
}

function layerFor(layers: readonly ModuleLayer[], platform: Platform): ModuleLayer | undefined {
  const own = layers.find((layer) => layer.platform === platform);
  return own ?? layers.find((layer) => layer.platform === "any");
}

/** The same version has to be the same content for ever. */
function changeOf(
  before: LockedPlugin | undefined,
  sha256: Readonly<Partial<Record<Platform, Digest>>>,
  module: string,
): ModulesFailure | undefined {
  for (const [platform, expected] of Object.entries(before?.sha256 ?? {})) {
    const actual = Object.entries(sha256).find(([of]) => of === platform)?.[1];
    if (actual === expected || expected === undefined) continue;
    const place = before?.source ?? "";
    return { reason: "module-changed", module, place, expected, actual: actual ?? "nothing" };
  }
  return undefined;
}
