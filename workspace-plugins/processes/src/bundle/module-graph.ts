import path from "node:path/posix";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { aosModules } from "./aos-provides.ts";
import type { SourceFailure } from "../failure.ts";
import { parseLua } from "./lua-file.ts";
import type { LuaFile, Require } from "./lua-file.ts";
import { circlesIn } from "./module-circles.ts";
import type { Circle } from "./module-circles.ts";

/**
 * A file of the project by its path in it: its bytes, nothing there, a link that leads out of the project, or a file
 * whose name differs in the case of letters, which some file systems would take for it.
 */
export type ReadLua = (
  file: string,
) => Promise<Uint8Array | "missing" | "outside" | { readonly otherCase: string }>;

export type Module = LuaFile & { readonly name: string };

export type ModuleGraph = {
  readonly main: LuaFile;
  /** Sorted by name; a file that is required by two names is there twice, as Lua loads it twice. */
  readonly modules: readonly Module[];
  /** Optional ones that are not there. */
  readonly absent: readonly Require[];
  /** Circles that a call closes, not the loading. */
  readonly lazyCircles: readonly Circle[];
};

export type GraphOptions = {
  /** Relative to the project, as `folders`. */
  readonly source: string;
  /** Where modules are looked for, in this order. */
  readonly folders: readonly string[];
  /** Modules that the network's module provides, beside those of aos. */
  readonly external: readonly string[];
};

const nameShape = /^\.?[\w-]+(?:[./][\w-]+)*$/;

/** Follows literal requires from the main file. `prefix` is put before file names in failures. */
export async function followRequires(
  options: GraphOptions,
  read: ReadLua,
  prefix: string,
): Promise<Result<ModuleGraph, SourceFailure>> {
  const shown = (file: string): string => path.join(prefix, file);
  const main = await readMain(options.source, read, shown);
  if (!main.ok) return main;
  const modules = new Map<string, Module>();
  const absent: Require[] = [];
  const waiting: LuaFile[] = [main.value];
  for (const from of waiting) {
    for (const required of from.requires) {
      if (modules.has(required.module) || options.external.includes(required.module)) continue;
      const found = await findModule(required, options.folders, read, shown);
      if (!found.ok) return found;
      if (found.value === "absent") absent.push(required);
      if (typeof found.value === "string") continue;
      modules.set(required.module, found.value);
      waiting.push(found.value);
    }
  }
  const eager = circlesIn(main.value, modules, ({ isLazy }) => !isLazy)[0];
  if (eager !== undefined) {
    return fail({ reason: "lua-module-cycle", path: eager.files, at: eager.closedBy.at });
  }
  const lazyCircles = circlesIn(main.value, modules, () => true);
  const sorted = [...modules.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return ok({ main: main.value, modules: sorted, absent, lazyCircles });
}

type Shown = (file: string) => string;

async function readMain(
  source: string,
  read: ReadLua,
  shown: Shown,
): Promise<Result<LuaFile, SourceFailure>> {
  const bytes = await read(source);
  const file = shown(source);
  if (bytes === "outside") return fail({ reason: "lua-source-outside", file });
  if (bytes === "missing") return fail({ reason: "lua-source-missing", file });
  if ("otherCase" in bytes) {
    return fail({ reason: "lua-source-missing", file, otherCase: shown(bytes.otherCase) });
  }
  return parseLua(bytes, file);
}

async function findModule(
  { module, at, isOptional }: Require,
  folders: readonly string[],
  read: ReadLua,
  shown: Shown,
): Promise<Result<Module | "absent" | "provided", SourceFailure>> {
  // Those with a dot are of aos alone: a file `utils.lua` is required as `utils`, and hides nothing of it.
  if (aosModules.has(module) && module.startsWith(".")) return ok("provided");
  const candidates = candidatesOf(module, folders);
  const found = await firstPresent(candidates, read);
  if (aosModules.has(module)) {
    if (found === undefined || found.bytes === undefined) return ok("provided");
    return fail({ reason: "lua-module-reserved", module, file: shown(found.file), at });
  }
  if (found === undefined || found.bytes === undefined) {
    if (isOptional) return ok("absent");
    const otherCase = found === undefined ? {} : { otherCase: shown(found.file) };
    const tried = candidates.map(shown);
    return fail({ reason: "lua-module-missing", module, tried, at, ...otherCase });
  }
  if (found.bytes === "outside") {
    return fail({ reason: "lua-module-outside", module, file: shown(found.file), at });
  }
  const parsed = parseLua(found.bytes, shown(found.file));
  return parsed.ok ? ok({ ...parsed.value, name: module }) : parsed;
}

/** Lua's own `?.lua;?/init.lua` in each folder. */
function candidatesOf(module: string, folders: readonly string[]): readonly string[] {
  if (!nameShape.test(module)) return [];
  const stem = module.replace(/^\./, "").replaceAll(".", "/");
  return folders.flatMap((folder) => [
    path.join(folder, `${stem}.lua`),
    path.join(folder, stem, "init.lua"),
  ]);
}

/** `bytes` of `undefined`: what is there has another case of letters. */
type Present = { readonly file: string; readonly bytes: Uint8Array | "outside" | undefined };

async function firstPresent(
  candidates: readonly string[],
  read: ReadLua,
): Promise<Present | undefined> {
  const near: Present[] = [];
  for (const file of candidates) {
    const bytes = await read(file);
    if (bytes === "missing") continue;
    if (bytes === "outside" || bytes instanceof Uint8Array) return { file, bytes };
    near.push({ file: bytes.otherCase, bytes: undefined });
  }
  return near[0];
}
