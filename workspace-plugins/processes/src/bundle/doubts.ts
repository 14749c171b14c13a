import { aosGlobals, foreignGlobals } from "./aos-provides.ts";
import type { GlobalUse, LuaFile } from "./lua-file.ts";
import type { Spot } from "./lua-text.ts";
import type { ModuleGraph } from "./module-graph.ts";

export const doubtKinds = [
  /** A module's name is computed: the file is not in the bundle unless something else requires it. */
  "require-computed",
  /** A handler's name is computed: no later deployment knows to remove it. */
  "handler-computed",
  /** `pcall` asks for a module that is not there. */
  "module-absent",
  /** One file by two names: Lua runs it twice. */
  "module-twice",
  /** Files that differ by the case of letters alone: some file systems hold one of them. */
  "module-case",
  /** A circle that is closed when a function is called. */
  "module-circle",
  /** A global is read that no file assigns and aos does not have. */
  "global-unknown",
  /** The same, of another Lua; `about` says what 5.3 has in its place. */
  "global-of-other-lua",
] as const;

/** What may be a mistake, and may be meant: nothing fails for it. */
export type Doubt = {
  readonly kind: (typeof doubtKinds)[number];
  readonly about: string;
  readonly spot: Spot;
};

/** `known`: globals that the definition speaks of; `shown`: a file as people are told of it. In the order of places. */
export function doubtsOf(
  graph: ModuleGraph,
  known: readonly string[],
  shown: (file: string) => string,
): readonly Doubt[] {
  const files = [...new Map(filesOf(graph).map((file) => [file.file, file])).values()];
  return [
    ...files.flatMap(({ computed }) =>
      computed.map(({ what, spot }) => ({ kind: `${what}-computed` as const, about: "", spot })),
    ),
    ...graph.absent.map(({ module, spot }) => ({
      kind: "module-absent" as const,
      about: module,
      spot,
    })),
    ...graph.lazyCircles.map(({ files: circle, closedBy }) => ({
      kind: "module-circle" as const,
      about: circle.map(shown).join(" -> "),
      spot: closedBy.spot,
    })),
    ...doubtfulNames(graph, shown),
    ...unknownGlobals(files, known),
  ].toSorted((a, b) => bySpot(a.spot, b.spot));
}

export function filesOf({ main, modules }: ModuleGraph): readonly LuaFile[] {
  return [main, ...modules];
}

export function bySpot(a: Spot, b: Spot): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

function doubtfulNames(
  { main, modules }: ModuleGraph,
  shown: (file: string) => string,
): readonly Doubt[] {
  const source = { name: "the source", file: main.file };
  return modules.flatMap(({ name, file }, at): readonly Doubt[] => {
    const earlier = [source, ...modules.slice(0, at)];
    const spot = { file, line: 1, column: 1 };
    const same = earlier.find((each) => each.file === file);
    if (same !== undefined) return [{ kind: "module-twice", about: `${same.name}, ${name}`, spot }];
    const near = earlier.find((each) => each.file.toLowerCase() === file.toLowerCase());
    return near === undefined ? [] : [{ kind: "module-case", about: shown(near.file), spot }];
  });
}

function unknownGlobals(files: readonly LuaFile[], known: readonly string[]): readonly Doubt[] {
  if (files.some(({ hidesGlobals }) => hidesGlobals)) return [];
  const assigned = new Set(files.flatMap((file) => file.assigned.map(({ name }) => name)));
  const isKnown = (name: string): boolean =>
    aosGlobals.has(name) || assigned.has(name) || known.includes(name);
  return firstUses(files.flatMap(({ read }) => read))
    .filter(({ name }) => !isKnown(name))
    .map(({ name, spot }) => {
      const instead = foreignGlobals.get(name);
      if (instead === undefined) return { kind: "global-unknown", about: name, spot };
      const about = instead === "" ? name : `${name}: ${instead}`;
      return { kind: "global-of-other-lua", about, spot };
    });
}

/** Of each name the first use, in the order of files and lines. */
export function firstUses(uses: readonly GlobalUse[]): readonly GlobalUse[] {
  const first = new Map<string, GlobalUse>();
  for (const use of uses.toSorted((a, b) => bySpot(a.spot, b.spot))) {
    if (!first.has(use.name)) first.set(use.name, use);
  }
  return [...first.values()];
}
