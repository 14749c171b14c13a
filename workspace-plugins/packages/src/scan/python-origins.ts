import path from "node:path";
import { distributionsOf } from "./distribution-names.ts";
import type { Origin, OriginsOf } from "./origin.ts";
import { unpackedAmong } from "./project-files.ts";
import type { ProjectFiles } from "./project-files.ts";
import type { Sources } from "./read-sources.ts";

/**
 * A first name that is a file or folder of the package, seen from the importing file, its folders, or `src`, is its own.
 * Others are asked of the project's environment, then of what is generally known.
 */
export function pythonOrigins(sources: Sources, files: ProjectFiles): OriginsOf {
  const own = ownModules(sources.files.map((file) => file.path));
  return (file, { specifier, names }) => {
    if (specifier.startsWith(".")) return relative(file, specifier, names, files);
    const [root = ""] = specifier.split(".");
    if (root === "aigogo") return agentPackages(specifier, names);
    const places = foldersAround(file).map((folder) => path.posix.join(folder, root));
    if (places.some((place) => own.has(place))) return [{ kind: "own" }];
    if (sources.standard.has(root)) return [{ kind: "standard" }];
    const modules = places.flatMap((place) => [`${place}.py`, `${place}/__init__.py`]);
    const unpacked = unpackedAmong(modules, files);
    if (unpacked !== undefined) return [{ kind: "unpacked", file: unpacked }];
    const paths = names.length === 0 ? [specifier] : names.map((name) => `${specifier}.${name}`);
    return paths.map((module) => {
      const brought = sources.brought.get(module);
      const [usual, ...others] = distributionsOf(module);
      return brought === undefined
        ? { kind: "package", names: [usual, ...others], version: undefined }
        : { kind: "package", names: [brought.name, usual, ...others], version: brought.version };
    });
  };
}

/** `from ..lib import …` leads to the module of that name, `from . import a, b` to one for each of its names, or to none. */
function relative(
  file: string,
  specifier: string,
  names: readonly string[],
  files: ProjectFiles,
): readonly Origin[] {
  const [, dots = "", module = ""] = /^(\.+)(.*)$/.exec(specifier) ?? [];
  const folder = path.posix.join(path.posix.dirname(file), "../".repeat(dots.length - 1));
  const wanted = module === "" ? names : [module.replaceAll(".", "/")];
  return wanted.map((one) => {
    const place = path.posix.join(folder, one);
    const unpacked = unpackedAmong([`${place}.py`, `${place}/__init__.py`], files);
    return unpacked === undefined ? { kind: "own" } : { kind: "unpacked", file: unpacked };
  });
}

/** `from aigogo.key import …`, `from aigogo import key`. */
function agentPackages(specifier: string, names: readonly string[]): ReturnType<OriginsOf> {
  const [, key] = specifier.split(".");
  const keys = key === undefined ? names : [key];
  return keys.map((one) => ({ kind: "agent-package", key: one }));
}

/** Each file without its ending, and each folder that holds one. */
function ownModules(files: readonly string[]): ReadonlySet<string> {
  const modules = new Set<string>();
  for (const file of files) {
    const parts = file.replace(/\.pyi?$/, "").split("/");
    for (let length = 1; length <= parts.length; length += 1) {
      modules.add(parts.slice(0, length).join("/"));
    }
  }
  return modules;
}

function foldersAround(file: string): readonly string[] {
  const parts = file.split("/").slice(0, -1);
  return [...parts.map((_, at) => parts.slice(0, at + 1).join("/")), "", "src"];
}
