import path from "node:path/posix";
import { digestOf } from "@slipway/signature/basics";
import type { Bundle } from "./bundle.ts";
import { bySpot, doubtsOf, filesOf, firstUses } from "./doubts.ts";
import type { GlobalUse, LuaFile } from "./lua-file.ts";
import type { Spot } from "./lua-text.ts";
import type { Manifest } from "./manifest.ts";
import type { ModuleGraph } from "./module-graph.ts";

type Given = {
  readonly bundler: Manifest["bundler"];
  /** Globals that the definition speaks of. */
  readonly known: readonly string[];
};

/** `projectRoot` is what the files of the graph begin with; in a manifest none does. */
export function manifestOf(
  graph: ModuleGraph,
  { code, codeDigest }: Bundle,
  { bundler, known }: Given,
  projectRoot: string,
): Manifest {
  const inProject = (file: string): string => path.relative(projectRoot, file);
  const at = (spot: Spot): Spot => ({ ...spot, file: inProject(spot.file) });
  const described = ({ file, lua, requires }: LuaFile) => ({
    file: inProject(file),
    digest: digestOf(lua.text),
    requires: [...new Set(requires.map(({ module }) => module))].toSorted(),
  });
  const files = filesOf(graph);
  return {
    version: 2,
    codeDigest,
    sizeBytes: Buffer.byteLength(code),
    bundler,
    source: described(graph.main),
    modules: graph.modules.map((module) => ({ name: module.name, ...described(module) })),
    handlers: files
      .flatMap(({ handlers }) => handlers)
      .toSorted((a, b) => (a.name === b.name ? bySpot(a.spot, b.spot) : a.name < b.name ? -1 : 1))
      .map(({ name, how, spot }) => ({ name, how, at: at(spot) })),
    globals: globalsOf(files.flatMap(({ assigned }) => assigned)).map(({ name, isLazy, spot }) => ({
      name,
      lazily: isLazy,
      at: at(spot),
    })),
    doubts: doubtsOf(graph, known, inProject).map(({ kind, about, spot }) => ({
      kind,
      about,
      at: at(spot),
    })),
  };
}

/** Sorted, without repeats. */
export function handlerNames({ handlers }: Pick<Manifest, "handlers">): string[] {
  return [...new Set(handlers.map(({ name }) => name))];
}

/** By name; one that is assigned when its file runs is told by that place. */
function globalsOf(assigned: readonly GlobalUse[]): readonly GlobalUse[] {
  const eager = assigned.filter(({ isLazy }) => !isLazy);
  const names = new Set(eager.map(({ name }) => name));
  const lazy = assigned.filter(({ name }) => !names.has(name));
  return [...firstUses(eager), ...firstUses(lazy)].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
