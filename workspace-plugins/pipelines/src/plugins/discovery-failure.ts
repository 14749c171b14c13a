/** A plugin that is not where it should be. */
export type DiscoveryFailure = { readonly plugin: string } & (
  | {
      readonly reason: "plugin-not-found";
      readonly lookedIn: readonly string[];
      /** Names that there are. */
      readonly known: readonly string[];
    }
  /** It comes from elsewhere, and `cig.lock` has no version of it. */
  | { readonly reason: "plugin-not-locked"; readonly source: string }
  /** `problem` is of `source` in cig.toml. */
  | { readonly reason: "plugin-source-invalid"; readonly source: string; readonly problem: string }
  | {
      readonly reason: "plugin-manifest-invalid";
      readonly file: string;
      readonly problem: string;
    }
);
