import path from "node:path/posix";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { SourceFailure } from "./failure.ts";
import { parseLua } from "./lua-file.ts";
import type { LuaFile, Require } from "./lua-file.ts";

/** A file of the project by its path in it: its bytes, nothing there, or a link that leads out of the project. */
export type ReadLua = (file: string) => Promise<Uint8Array | "missing" | "outside">;

export type Module = LuaFile & { readonly name: string };

export type ModuleGraph = {
  readonly main: LuaFile;
  /** Sorted by name; the main file is not one of them. */
  readonly modules: readonly Module[];
};

/** What aos itself provides to `require`. Replacing one would change aos under its own feet. */
const provided: ReadonlySet<string> = new Set(
  [
    ..."ao assignment base64 boot chance common coroutine debug default dump eval handlers".split(
      " ",
    ),
    ..."handlers-utils io json math os package pretty process string stringify table utf8 utils".split(
      " ",
    ),
    ..."lsqlite3 _G bint".split(" "),
  ].flatMap((name) => [name, `.${name}`]),
);

const nameShape = /^\.?[\w-]+(?:[./][\w-]+)*$/;

/** Follows literal requires from the main file. `prefix` is put before file names in failures. */
export async function followRequires(
  source: string,
  read: ReadLua,
  prefix: string,
): Promise<Result<ModuleGraph, SourceFailure>> {
  const shown = (file: string): string => path.join(prefix, file);
  const bytes = await read(source);
  if (typeof bytes === "string") return fail({ reason: "lua-source-missing", file: shown(source) });
  const main = parseLua(bytes, shown(source));
  if (!main.ok) return main;
  const modules = new Map<string, Module>();
  const followed = await follow(main.value, [source]);
  if (followed !== undefined) return fail(followed);
  const sorted = [...modules.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return ok({ main: main.value, modules: sorted });

  async function follow(
    from: LuaFile,
    trail: readonly string[],
  ): Promise<SourceFailure | undefined> {
    for (const required of from.requires) {
      const failure = await followOne(required, trail);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  async function followOne(
    required: Require,
    trail: readonly string[],
  ): Promise<SourceFailure | undefined> {
    const { module, at } = required;
    const candidates = candidatesOf(module, path.dirname(source));
    const found = await firstPresent(candidates, read);
    if (provided.has(module)) {
      if (found === undefined) return undefined;
      return { reason: "lua-module-reserved", module, file: shown(found.file), at };
    }
    if (found === undefined) {
      return { reason: "lua-module-missing", module, tried: candidates.map(shown), at };
    }
    if (found.bytes === "outside") {
      return { reason: "lua-module-outside", module, file: shown(found.file) };
    }
    if (trail.includes(found.file)) {
      const cycle = [...trail.slice(trail.indexOf(found.file)), found.file].map(shown);
      return { reason: "lua-module-cycle", path: cycle, at };
    }
    if (modules.has(module)) return undefined;
    const parsed = parseLua(found.bytes, shown(found.file));
    if (!parsed.ok) return parsed.failure;
    modules.set(module, { ...parsed.value, name: module });
    return follow(parsed.value, [...trail, found.file]);
  }
}

/** Beside the main file first, then from the root of the project. */
function candidatesOf(module: string, folder: string): readonly string[] {
  if (!nameShape.test(module)) return [];
  const stem = module.replace(/^\./, "").replaceAll(".", "/");
  const bases = [...new Set([folder, "."])];
  return bases.flatMap((base) => [
    path.join(base, `${stem}.lua`),
    path.join(base, stem, "init.lua"),
  ]);
}

type Present = { readonly file: string; readonly bytes: Uint8Array | "outside" };

async function firstPresent(
  candidates: readonly string[],
  read: ReadLua,
): Promise<Present | undefined> {
  for (const file of candidates) {
    const bytes = await read(file);
    if (bytes !== "missing") return { file, bytes };
  }
  return undefined;
}
