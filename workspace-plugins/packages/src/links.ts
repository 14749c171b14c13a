import path from "node:path";
import { compareBytes } from "@slipway/signature/basics";
import type { LockedPackage } from "./lock.ts";
import type { PackageKey } from "./package-name.ts";
import type { PackagePath } from "./package-path.ts";
import { projectFile } from "./project-file.ts";

/** What one path under `imports/` is to be. */
export type Link =
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "file"; readonly path: string; readonly text: string };

export type Installed = {
  readonly locked: LockedPackage;
  readonly filesFolder: string;
  readonly files: readonly { readonly path: PackagePath }[];
};

/**
 * A whole Python package is one link; a JavaScript one is a folder of links, with a package.json unless it ships one. In
 * byte order of the paths, whatever the order of the packages and of their files.
 */
export function plannedLinks(installed: readonly Installed[]): readonly Link[] {
  const isPython = installed.some(({ locked }) => locked.language === "python");
  const init: Link = { kind: "file", path: "aigogo/__init__.py", text: projectFile("__init__.py") };
  const links = [...(isPython ? [init] : []), ...installed.flatMap(linksOf)];
  return links.toSorted((a, b) => compareBytes(a.path, b.path));
}

/** Two keys of one language that are one name to a file system without upper and lower case. */
export function nameClash(
  packages: readonly LockedPackage[],
): readonly [PackageKey, PackageKey] | undefined {
  const seen = new Map<string, PackageKey>();
  for (const { key, language } of packages) {
    const name = `${language}/${key.toLowerCase()}`;
    const other = seen.get(name);
    if (other !== undefined) return [other, key];
    seen.set(name, key);
  }
  return undefined;
}

function linksOf({ locked, filesFolder, files }: Installed): readonly Link[] {
  if (locked.language === "python") {
    return [{ kind: "link", path: `aigogo/${locked.key}`, target: filesFolder }];
  }
  const folder = `@aigogo/${locked.key}`;
  const names = files.map((file) => file.path);
  const links = names.map((name): Link => {
    return { kind: "link", path: `${folder}/${name}`, target: path.join(filesFolder, name) };
  });
  const main = mainOf(names);
  // Its own, or a folder of that name, which is all that Node would find too.
  const isTaken = names.some((name) => /^package\.json(?:\/|$)/.test(name));
  if (main === undefined || isTaken) return links;
  const manifest = { main, name: `@aigogo/${locked.key}` };
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  return [...links, { kind: "file", path: `${folder}/package.json`, text }];
}

/** As aigg takes it: an index, else the first by name. A package in TypeScript alone has one, too, which aigg leaves out. */
function mainOf(names: readonly string[]): string | undefined {
  const sources = names.filter((name) => !/\.d\.[mc]?ts$/.test(name));
  return mainAmong(names, ["js", "mjs", "cjs"]) ?? mainAmong(sources, ["ts", "mts", "cts"]);
}

function mainAmong(names: readonly string[], extensions: readonly string[]): string | undefined {
  const top = names.filter((name) => {
    return !name.includes("/") && extensions.includes(path.extname(name).slice(1));
  });
  const indexes = extensions.map((extension) => `index.${extension}`);
  return indexes.find((name) => top.includes(name)) ?? top.toSorted()[0];
}
