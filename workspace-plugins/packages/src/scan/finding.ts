import type { Imported } from "./dependencies.ts";

type Named = { readonly name: string };
type Versioned = Named & { readonly version: string };
type Rule<Name extends string, Facts> = { readonly rule: Name } & Facts;

/** One thing that is not right with a package, or may not be. */
export type ValidationFinding =
  | Rule<"ai-incomplete", { readonly field: "summary" | "capabilities" }>
  | Rule<"script-not-packed", { readonly script: string; readonly file: string }>
  /** The package cannot run without it; `name` is the path. */
  | Rule<"import-not-packed", Imported>
  /** aigg drops it when it saves the manifest; `name` is `a.b[0].c`. */
  | Rule<"key-unknown", Named>
  /** No version can be told by it; `name` is the language's where it is that of `language.version`. */
  | Rule<"version-unreadable", Versioned>
  /** There is no `dependencies` at all; `imports` counts packages. */
  | Rule<"dependencies-undeclared", { readonly imports: number }>
  | Rule<"dependency-missing", Imported>
  /** Any version will do, as it seems. */
  | Rule<"version-missing", Versioned>
  | Rule<"version-exact", Versioned>
  | Rule<"dependency-twice", Named>
  | Rule<"optional-undeclared", Imported>
  | Rule<"types-undeclared", Imported>
  /** Whoever installs the package does not get what it needs to run. */
  | Rule<"runtime-declared-dev", Imported>
  | Rule<"dependency-unused", Named>
  | Rule<"agent-package-imported", Imported>
  | Rule<"import-unusable", Imported>;
