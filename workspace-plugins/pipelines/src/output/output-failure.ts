import type { PathProblem } from "./output-path.ts";

/** What keeps fragments of plugins from being files, each told by itself. */
export type MergeFailure =
  | {
      readonly reason: "output-path-refused";
      /** `undefined`: the definition names the path. */
      readonly plugin: string | undefined;
      readonly path: string;
      readonly because: PathProblem;
    }
  | {
      /** Two paths that are one file where the file system knows no case, or one of which is a folder of the other. */
      readonly reason: "output-paths-collide";
      readonly paths: readonly [string, string];
      readonly because: "case" | "folder";
    }
  | {
      readonly reason: "output-granted-twice";
      readonly path: string;
      readonly plugins: readonly [string, string];
    }
  | {
      readonly reason: "output-not-granted";
      readonly plugin: string;
      readonly path: string;
      readonly granted: readonly string[];
    }
  | { readonly reason: "output-missing"; readonly plugin: string; readonly path: string }
  | {
      readonly reason: "output-not-owned";
      readonly path: string;
      readonly plugin: string;
      readonly owner: string;
    }
  | {
      readonly reason: "output-replaced-twice";
      readonly path: string;
      readonly plugin: string;
    }
  | {
      readonly reason: "output-formats-differ";
      readonly path: string;
      readonly plugins: readonly [string, string];
      readonly formats: readonly [string, string];
    }
  | {
      readonly reason: "output-fragment-unknown";
      readonly plugin: string;
      readonly path: string;
      readonly field: "strategy" | "format";
      readonly value: number;
    }
  | {
      readonly reason: "output-strategy-unfit";
      readonly plugin: string;
      readonly path: string;
      readonly strategy: "MERGE" | "APPEND";
      readonly format: string;
    }
  | {
      readonly reason: "output-fragment-unreadable";
      readonly plugin: string;
      readonly path: string;
      readonly format: string;
      readonly detail: string;
    }
  | {
      readonly reason: "output-conflict";
      readonly path: string;
      /** JSON pointer (RFC 6901) into the merged file. */
      readonly pointer: string;
      readonly plugins: readonly [string, string];
      /** What each says there, as JSON, shortened. */
      readonly values: readonly [string, string];
      readonly because: "values" | "kinds" | "lists";
    };

/** What stands in the way of a file. */
export type Obstacle = "link" | "folder" | "file" | "other";

/** How a file of the last render is not as it was. */
export type HandEdit =
  | { readonly kind: "edited" }
  /** There is no header of ours, and no record of it. */
  | { readonly kind: "foreign" }
  /** Another definition file rendered it. */
  | { readonly kind: "other-source"; readonly source: string };

export type WriteFailure =
  | {
      readonly reason: "output-blocked";
      readonly path: string;
      /** The path itself, or the folder above it that is none. */
      readonly at: string;
      readonly by: Obstacle;
    }
  | {
      readonly reason: "output-hand-edited";
      readonly files: readonly {
        readonly path: string;
        readonly edit: HandEdit;
        /** From what is there to what would be written. */
        readonly diff: string;
      }[];
    }
  | { readonly reason: "output-moved"; readonly path: string }
  | { readonly reason: "output-stopped" }
  | {
      /** Of `render --check`: what is there is not what the definition says. */
      readonly reason: "output-stale";
      readonly files: readonly {
        readonly path: string;
        readonly state: "created" | "changed" | "hand-edited" | "removed" | "kept";
        readonly diff: string;
      }[];
    };

export type OutputFailure = MergeFailure | WriteFailure;
