import { z } from "zod";

/**
 * `optional`: the code goes on where the import fails. `types`: only a type checker follows it. All others are `runtime`.
 */
const importKinds = ["runtime", "optional", "types"] as const;

export type ImportKind = (typeof importKinds)[number];

export const sourceImport = z.object({
  /** From 1, as is the column. */
  line: z.int().positive(),
  column: z.int().positive(),
  /** As it is written: `lodash/fp`, `google.cloud`, `..lib`, `golang.org/x/net/html`. */
  specifier: z.string(),
  /** Python: what is imported from it, which may be a module too. */
  names: z.array(z.string()).readonly(),
  kind: z.enum(importKinds),
});

/** One import of a source file. */
export type SourceImport = Readonly<z.output<typeof sourceImport>>;

export const sourceProblem = z.object({
  /** `too-deep`: it is nested deeper than its parser goes. */
  problem: z.enum(["syntax", "encoding", "too-deep"]),
  message: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
});

/** Why a source file has no imports that we know of. */
export type SourceProblem = Readonly<z.output<typeof sourceProblem>>;

export type ReadSource = readonly SourceImport[] | SourceProblem;

/** What a reader program writes for one file: a line of JSON. */
export const sourceAnswer = z.object({
  path: z.string(),
  read: z.union([z.array(sourceImport), sourceProblem]),
});
