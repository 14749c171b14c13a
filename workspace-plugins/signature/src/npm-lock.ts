import type { LockFailure } from "./failure.ts";
import type { Tool } from "./ingredients.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";

type LockedPackage = {
  readonly version: string | undefined;
  /** Names of what it needs, present or not. */
  readonly dependencies: readonly string[];
};

/** An npm package and all that it brings with it, each with its locked version; `undefined` for one that is not locked. */
export type LockedTools = (name: string) => readonly Tool[] | undefined;

/** `file` is only for naming it. */
export function readNpmLock(file: string, text: string): Result<LockedTools, LockFailure> {
  const packages = packagesOf(parseJson(text));
  if (typeof packages === "string")
    return fail({ reason: "npm-lock-invalid", file, problems: [packages] });
  const known = new Map<string, readonly Tool[] | undefined>();
  return ok((name) => {
    if (!known.has(name)) known.set(name, closureOf(packages, name));
    return known.get(name);
  });
}

type Packages = ReadonlyMap<string, LockedPackage>;

function closureOf(packages: Packages, name: string): readonly Tool[] | undefined {
  const roots = [...packages.keys()].filter((location) => isAskedByWorkspace(location, name));
  if (roots.length === 0) return undefined;
  const seen = new Set(roots);
  for (const location of seen) {
    for (const found of dependenciesOf(packages, location)) seen.add(found);
  }
  const tools = [...seen].map((location) => ({
    name: location.slice(location.lastIndexOf("node_modules/") + "node_modules/".length),
    version: packages.get(location)?.version ?? "linked",
  }));
  return [...new Map(tools.map((tool) => [`${tool.name}@${tool.version}`, tool])).values()];
}

/** At the root or in a package of the workspace: what lies deeper belongs to another package. */
function isAskedByWorkspace(location: string, name: string): boolean {
  const suffix = `node_modules/${name}`;
  if (location !== suffix && !location.endsWith(`/${suffix}`)) return false;
  return !location.slice(0, -suffix.length).includes("node_modules/");
}

function dependenciesOf(packages: Packages, location: string): readonly string[] {
  return (packages.get(location)?.dependencies ?? []).flatMap(
    (name) => resolve(packages, location, name) ?? [],
  );
}

/** As Node looks for a package: beside the one that asks, then outwards. */
function resolve(packages: Packages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const candidate = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages.has(candidate)) return candidate;
    if (at === "") return undefined;
  }
}

/** What is locked where, or what is wrong. A lock has thousands of packages, so it is looked at by hand. */
function packagesOf(json: unknown): Packages | string {
  if (json instanceof SyntaxError) return `not JSON: ${json.message}`;
  const { packages: found } = isRecord(json) ? json : {};
  if (!isRecord(found)) return "packages: not an object; npm 7 and later write one";
  const packages = new Map<string, LockedPackage>();
  for (const [location, entry] of Object.entries(found)) {
    if (!isRecord(entry)) return `packages.${location}: not an object`;
    const { version, dependencies = {}, optionalDependencies = {} } = entry;
    if (version !== undefined && typeof version !== "string")
      return `packages.${location}.version: not a text`;
    if (!isRecord(dependencies) || !isRecord(optionalDependencies))
      return `packages.${location}.dependencies: not an object`;
    const names = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
    packages.set(location, { version, dependencies: [...new Set(names)] });
  }
  return packages;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
