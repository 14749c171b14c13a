import path from "node:path";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { parseAddress, placeText } from "./address.ts";
import type { Address, ModuleName } from "./address.ts";
import { anyVersion, parseVersion } from "./constraint.ts";
import type { Version } from "./constraint.ts";
import type { ModulesFailure } from "./failure.ts";
import { fetchGitModule } from "./git-modules.ts";
import type { FetchedModule } from "./git-modules.ts";
import { readLocal } from "./local-module.ts";
import type { LocalModule } from "./local-module.ts";
import { manifestName, parseManifest } from "./manifest.ts";
import type { ModuleManifest } from "./manifest.ts";
import { publishedVersions, readPublished } from "./registry-modules.ts";
import type { PublishedModule } from "./registry-modules.ts";
import type { Located, ModuleSource, Requirement } from "./resolve.ts";
import { standardSource } from "./lock.ts";

type Failure = ModulesFailure | RegistryFailure;
type Sourced = Exclude<Address, { readonly kind: "short" }>;

export type SourceOptions = {
  /** Of the workspace, absolute. */
  readonly root: string;
  /** Where a name comes from that `cig.toml` gives a source. */
  readonly sources: ReadonlyMap<ModuleName, Sourced>;
  /** `host[:port]` with or without a path, for names that say nothing of it. */
  readonly defaultRegistry: string | undefined;
  /** Versions of what came with slipway, by name. */
  readonly standard: ReadonlyMap<string, string>;
  /** Of git repositories, by their place: what is locked stays, wherever the ref has moved. */
  readonly commits: ReadonlyMap<string, string | undefined>;
  readonly registry: Registry;
  readonly signal: AbortSignal;
};

/** What a place gave: asked once each. */
export type Found =
  | { readonly kind: "standard"; readonly version: Version }
  | ({ readonly kind: "local" } & LocalModule)
  | ({ readonly kind: "git"; readonly manifest: ModuleManifest } & FetchedModule)
  | ({ readonly kind: "registry" } & PublishedModule);

export type OpenedSource = ModuleSource<Failure> & {
  /** Of a version that the resolution has chosen. */
  readonly found: (module: Located, version: Version) => Promise<Result<Found, Failure>>;
};

/** Modules wherever they are: in registries, git repositories, this repository, or with slipway. */
export function openModuleSource(options: SourceOptions): OpenedSource {
  const ask = openPlaces(options);
  const locateFixed = async (address: Exclude<Sourced, RegistryAddress>) => {
    const found = await ask.fixed(address);
    if (!found.ok) return found;
    const { name } = found.value.manifest;
    return ok({ name, place: placeText(address), constraint: anyVersion });
  };
  const locate: OpenedSource["locate"] = async (address) => {
    if (address.kind === "registry") return ok(inRegistry(address));
    if (address.kind !== "short") return named(await locateFixed(address), options.sources);
    const { name, constraint } = address;
    const source = options.sources.get(name) ?? (await localOf(options.root, name));
    if (source === undefined) return shortPlace(address, options);
    if (source.kind === "registry") return ok({ name, place: placeText(source), constraint });
    const located = named(await locateFixed(source), new Map([[name, source]]));
    return located.ok ? ok({ ...located.value, constraint }) : located;
  };
  const found: OpenedSource["found"] = async (module, version) => {
    if (module.place === standardSource) return ok({ kind: "standard", version });
    const address = fixedAt(module.place);
    return address === undefined ? ask.published({ module, version }) : ask.fixed(address);
  };
  return {
    locate,
    found,
    versions: async (module) => {
      if (module.place === standardSource) {
        return ok(standardVersion(options.standard, module.name));
      }
      const address = fixedAt(module.place);
      if (address === undefined) return ask.versions(module);
      const read = await ask.fixed(address);
      return read.ok ? ok([read.value.manifest.version]) : read;
    },
    manifest: async (module, version) => {
      const read = await found(module, version);
      return read.ok ? requiresOf(read.value) : read;
    },
  };
}

type RegistryAddress = Extract<Address, { readonly kind: "registry" }>;

/** Each is asked once. */
function openPlaces({ root, registry, commits, signal }: SourceOptions) {
  const fixed = async (address: Exclude<Sourced, RegistryAddress>) => {
    if (address.kind === "local") return localAt(root, address.folder);
    const place = placeText(address);
    const fetched = await fetchGitModule(address, { commit: commits.get(place), signal });
    return fetched.ok ? withManifest(place, fetched.value) : fetched;
  };
  const published = async ({ module, version }: Asked): Promise<Result<Found, Failure>> => {
    const read = await readPublished(registry, module, version);
    return read.ok ? ok({ kind: "registry", ...read.value }) : read;
  };
  return {
    fixed: memoized(fixed, placeText),
    versions: memoized(
      async (module: Located) => publishedVersions(registry, module),
      ({ place }) => place,
    ),
    published: memoized(published, ({ module, version }) => `${module.place}:${version}`),
  };
}

type Asked = { readonly module: Located; readonly version: Version };

function inRegistry(address: RegistryAddress): Requirement {
  return { name: address.name, place: placeText(address), constraint: address.constraint };
}

/** Of a name that nothing more is said of. */
function shortPlace(
  { name, constraint }: Extract<Address, { readonly kind: "short" }>,
  { standard, defaultRegistry }: SourceOptions,
): Result<Requirement, Failure> {
  if (standard.has(name)) return ok({ name, place: standardSource, constraint });
  return defaultRegistry === undefined
    ? fail({ reason: "module-source-unknown", module: name })
    : ok({ name, place: `${defaultRegistry}/${name}`, constraint });
}

/** The address of a place that has one version, whatever that is. */
function fixedAt(place: string): Exclude<Sourced, RegistryAddress> | undefined {
  const address = parseAddress(place);
  if ("message" in address || address.kind === "short" || address.kind === "registry") {
    return undefined;
  }
  return address;
}

/** Whoever publishes a module has no say in what of this repository is run. */
function requiresOf(
  found: Found,
): Result<{ readonly requires: readonly Address[] }, ModulesFailure> {
  if (found.kind === "standard") return ok({ requires: [] });
  const { requires, name } = found.manifest;
  const foreign = requires.find(({ kind }) => kind === "local");
  return foreign === undefined || foreign.kind !== "local" || found.kind === "local"
    ? ok({ requires })
    : fail({ reason: "module-requires-local", module: name, requires: placeText(foreign) });
}

function memoized<Key, Value>(
  ask: (key: Key) => Promise<Value>,
  nameOf: (key: Key) => string,
): (key: Key) => Promise<Value> {
  const asked = new Map<string, Promise<Value>>();
  return async (key) => {
    const name = nameOf(key);
    const before = asked.get(name);
    if (before !== undefined) return before;
    const answer = ask(key);
    asked.set(name, answer);
    return answer;
  };
}

function standardVersion(standard: ReadonlyMap<string, string>, name: string): readonly Version[] {
  const version = parseVersion(standard.get(name) ?? "");
  return version === undefined ? [] : [version];
}

/** Under the name that `cig.toml` has for its place. */
function named<Of extends Located>(
  located: Result<Of, Failure>,
  sources: SourceOptions["sources"],
): Result<Of, Failure> {
  if (!located.ok) return located;
  const { name, place } = located.value;
  const other = [...sources].find(
    ([module, source]) => placeText(source) === place && module !== name,
  );
  if (other === undefined) return located;
  return fail({ reason: "module-named-otherwise", module: other[0], place, actual: name });
}

const localFolder = ".slipway/plugins";

async function localOf(root: string, name: ModuleName): Promise<Sourced | undefined> {
  const folder = `${localFolder}/${name}`;
  return (await exists(path.join(root, folder, manifestName)))
    ? { kind: "local", folder }
    : undefined;
}

async function localAt(
  root: string,
  folder: string,
): Promise<Result<Extract<Found, { readonly kind: "local" }>, ModulesFailure>> {
  const local = await readLocal(root, folder);
  return local.ok ? ok({ kind: "local", ...local.value }) : local;
}

function withManifest(
  place: string,
  fetched: FetchedModule,
): Result<Extract<Found, { readonly kind: "git" }>, ModulesFailure> {
  const own = fetched.files.find((file) => file.path === manifestName);
  const file = `${place}/${manifestName}`;
  if (own === undefined) return fail({ reason: "module-manifest-missing", file });
  const manifest = parseManifest(file, Buffer.from(own.bytes).toString("utf8"));
  return manifest.ok ? ok({ kind: "git", manifest: manifest.value, ...fetched }) : manifest;
}
