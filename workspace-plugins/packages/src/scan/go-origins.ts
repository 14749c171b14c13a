import type { OriginsOf } from "./origin.ts";

/** The `go.mod` of a project, as far as it is there. */
export type GoModule = {
  readonly own: string | undefined;
  /** Version by module path. */
  readonly required: ReadonlyMap<string, string>;
};

/**
 * The module of an import is the longest one that the project knows of, else what the hosts of modules make of their
 * paths. Paths without a dot in front are the standard library's (Go modules reference, Module paths).
 */
export function goOrigins(module: GoModule, declared: readonly string[]): OriginsOf {
  const known = [...module.required.keys(), ...declared].toSorted((a, b) => b.length - a.length);
  return (_file, { specifier }) => {
    const isOwn = module.own !== undefined && isBelow(specifier, module.own);
    if (isOwn || specifier.startsWith(".")) return [{ kind: "own" }];
    if (!(specifier.split("/")[0] ?? "").includes(".")) return [{ kind: "standard" }];
    const name = known.find((one) => isBelow(specifier, one)) ?? usualModule(specifier);
    return [{ kind: "package", names: [name], version: module.required.get(name) }];
  };
}

/** Line by line: `module a`, `require a v1`, and what stands in `require ( … )`. */
export function parseGoModule(text: string): GoModule {
  const required = new Map<string, string>();
  let own: string | undefined;
  let block: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const words = line
      .replace(/\/\/.*$/, "")
      .trim()
      .split(/\s+/);
    const [verb = "", ...rest] = block === undefined ? words : [block, ...words];
    if (rest[0] === "(") block = verb;
    else if (rest[0] === ")") block = undefined;
    else if (verb === "module") own = unquoted(rest[0]);
    else if (verb === "require" && rest[1] !== undefined) required.set(unquoted(rest[0]), rest[1]);
  }
  return { own, required };
}

function unquoted(word = ""): string {
  return word.replaceAll(/^["`]|["`]$/g, "");
}

function isBelow(path: string, module: string): boolean {
  return path === module || path.startsWith(`${module}/`);
}

/** `host/owner/name` on the hosts that have owners, `host/name` on others, with `/v2` and the like behind it. */
function usualModule(specifier: string): string {
  const hasOwner = /^(?:(?:github|gitlab|codeberg|bitbucket)\.(?:com|org)|golang\.org)\//;
  const parts = specifier.split("/");
  const isVersioned = /\.v\d+$/.test(parts[2] ?? "") && parts[0] === "gopkg.in";
  const length = hasOwner.test(specifier) || isVersioned ? 3 : 2;
  const major = /^v(?:[2-9]|[1-9]\d+)$/.test(parts[length] ?? "") ? 1 : 0;
  return parts.slice(0, length + major).join("/");
}
