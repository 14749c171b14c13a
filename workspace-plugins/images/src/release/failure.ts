/** What keeps a set of definitions from being packed, or from being taken over. */
export type ReleaseFailure =
  | {
      readonly reason: "release-of-broken";
      readonly files: readonly string[];
      readonly problems: number;
    }
  | { readonly reason: "release-empty"; readonly folder: string }
  /** Links of one machine mean nothing on another. */
  | { readonly reason: "release-holds-link"; readonly file: string }
  | { readonly reason: "release-folder-taken"; readonly folder: string; readonly holds: string }
  | { readonly reason: "release-stopped" }
  /** A set without sums, or without anything that we know. */
  | { readonly reason: "release-incomplete"; readonly folder: string; readonly missing: string }
  | { readonly reason: "release-sums-invalid"; readonly file: string; readonly line: number }
  | { readonly reason: "release-unlisted"; readonly file: string }
  | {
      readonly reason: "release-differs";
      readonly file: string;
      readonly expected: string;
      readonly found: string;
    }
  /** Nobody that is trusted here has signed it, as far as can be told. */
  | {
      readonly reason: "release-unsigned";
      readonly folder: string;
      readonly signer: string | undefined;
      readonly detail: string;
    }
  /** Somebody trusted has signed something else. */
  | { readonly reason: "release-tampered"; readonly file: string; readonly detail: string }
  | {
      readonly reason: "release-archive-refused";
      readonly file: string;
      readonly entry: string;
      readonly problem: ArchiveProblem;
    };

export type ArchiveProblem =
  | "not-an-archive"
  | "too-large"
  | "too-many"
  | "unsafe-name"
  | "neither-file-nor-folder"
  | "twice";

export type ReleaseCause = "release-written" | "definitions-taken-over";
