import type { SourceImport } from "./source-import.ts";

/** Where an import leads. */
export type Origin =
  /** A package of the language's registry; the first name is the one to declare, any of them will do. */
  | {
      readonly kind: "package";
      readonly names: readonly [string, ...string[]];
      /** As it is installed or named by the project, as far as that is known. */
      readonly version: string | undefined;
    }
  /** Another agent package, by its key. */
  | { readonly kind: "agent-package"; readonly key: string }
  /** The language itself, or a file of the package. */
  | { readonly kind: "standard" | "own" }
  /** A file of the project that the package does not hold. */
  | { readonly kind: "unpacked"; readonly file: string }
  /** No package can have this name. */
  | { readonly kind: "unusable" };

/** Every place that an import of a file may lead to: `from google.cloud import a, b` leads to two. */
export type OriginsOf = (file: string, imported: SourceImport) => readonly Origin[];
