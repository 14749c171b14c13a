import path from "node:path";
import type { Problem } from "@slipway/definitions";
import { compareBytes } from "@slipway/signature/basics";
import { locatedOf } from "./entry.ts";
import type { Catalogue, Entry, Ignored, Located } from "./entry.ts";

/** All that is to be said of definitions: of those that count, and of those that others replace. */
export type Validation = {
  readonly definitions: number;
  /** By file, then by place in it. */
  readonly problems: readonly Problem[];
  /** What is allowed, and probably not meant. */
  readonly doubts: readonly Problem[];
  readonly overrides: readonly { readonly by: Located; readonly replaced: Located }[];
  readonly ignored: readonly Ignored[];
};

/** Of a whole catalogue or, with `below`, of what lies in or under that folder. */
export function validateCatalogue(
  catalogue: Catalogue,
  doubts: readonly Problem[],
  below?: string,
): Validation {
  const isWanted = (file: string): boolean =>
    below === undefined || file === below || file.startsWith(below + path.sep);
  const { overrides, ignored } = catalogue;
  const entries = [...entriesOf(catalogue), ...overrides.map(({ replaced }) => replaced)].filter(
    ({ file }) => isWanted(file),
  );
  return {
    definitions: entries.length,
    problems: entries
      .flatMap((entry) => (entry.state === "broken" ? entry.problems : []))
      .toSorted(byPlace),
    doubts: doubts.filter(({ at }) => isWanted(at.file)).toSorted(byPlace),
    overrides: overrides
      .filter(({ by, replaced }) => isWanted(by.file) || isWanted(replaced.file))
      .map(({ by, replaced }) => ({ by, replaced: locatedOf(replaced) })),
    ignored: ignored.filter((one) => isWanted(one.path)),
  };
}

function entriesOf(catalogue: Catalogue): readonly Entry<unknown>[] {
  const { agents, bases, extensions, extendedImages } = catalogue;
  return [...agents, ...bases, ...extensions, ...extendedImages];
}

function byPlace(a: Problem, b: Problem): number {
  return compareBytes(a.at.file, b.at.file) || a.line - b.line || a.column - b.column;
}
