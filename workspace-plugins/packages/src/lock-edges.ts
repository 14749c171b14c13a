import { producersOf } from "./producers.ts";

/** A project of the graph: what it locks, and where it pushes a package of its own. */
export type LockingProject = {
  readonly name: string;
  /** Relative to the workspace. */
  readonly lockFile: string;
  readonly sources: readonly string[];
  readonly repository: string | undefined;
  readonly version: string | undefined;
};

/** A dependency as Nx has it: `source` is the project that locks, `target` the one whose package it is. */
export type LockEdge = {
  readonly source: string;
  readonly target: string;
  readonly sourceFile: string;
  readonly type: "static";
};

/** What is locked at an older version of itself depends on nobody. */
export function lockEdges(projects: readonly LockingProject[]): readonly LockEdge[] {
  const producers = projects.flatMap(({ name, repository, version }) =>
    repository === undefined ? [] : [{ name, repository, version }],
  );
  return projects.flatMap(({ name: source, lockFile: sourceFile, sources }) =>
    producersOf(sources, producers)
      .filter(({ name }) => name !== source)
      .map(({ name: target }) => ({ source, target, sourceFile, type: "static" }) as const),
  );
}
