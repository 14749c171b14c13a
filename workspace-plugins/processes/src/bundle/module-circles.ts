import type { LuaFile, Require } from "./lua-file.ts";

/** Files that require each other in a ring: the first is the last again. */
export type Circle = { readonly files: readonly string[]; readonly closedBy: Require };

/** One circle for each require that leads back to a file that is on the way to it. */
export function circlesIn(
  main: LuaFile,
  modules: ReadonlyMap<string, LuaFile>,
  follows: (required: Require) => boolean,
): readonly Circle[] {
  const circles: Circle[] = [];
  const done = new Set<string>();
  visit(main, []);
  return circles;

  function visit(from: LuaFile, way: readonly string[]): void {
    const trail = [...way, from.file];
    for (const required of from.requires.filter(follows)) {
      const to = modules.get(required.module);
      if (to === undefined) continue;
      if (trail.includes(to.file)) {
        const files = [...trail.slice(trail.indexOf(to.file)), to.file];
        circles.push({ files, closedBy: required });
      } else if (!done.has(to.file)) visit(to, trail);
    }
    done.add(from.file);
  }
}
