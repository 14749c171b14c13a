/** What keeps a package's script from being run. */
export type ExecFailure =
  | {
      readonly reason: "script-unknown";
      readonly key: string;
      readonly scripts: readonly string[];
    }
  /** Its file is not one of the package. */
  | {
      readonly reason: "script-outside";
      readonly key: string;
      readonly script: string;
      readonly path: string;
    }
  | { readonly reason: "script-not-runnable"; readonly key: string; readonly language: string }
  | {
      readonly reason: "runtime-missing";
      readonly key: string;
      readonly language: string;
      /** The versions that the package wants, as it has them. */
      readonly wanted: string;
      /** Programs that are there, with their versions. */
      readonly found: readonly string[];
    }
  /** Offline, nothing is installed. */
  | { readonly reason: "environment-missing"; readonly key: string }
  | {
      readonly reason: "environment-failed";
      readonly key: string;
      readonly command: string;
      /** Of the output, the last lines. */
      readonly output: string;
    }
  | { readonly reason: "environment-stopped"; readonly key: string };
