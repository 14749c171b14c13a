export type NoSuchEntry = {
  readonly reason: "rollback-not-found";
  readonly asked: string;
  /** Newest first. */
  readonly known: readonly string[];
};

export type RollbackFailure =
  | (NoSuchEntry & { readonly process: string })
  | {
      readonly reason: "rollback-process-open";
      readonly asked: string;
      readonly known: readonly string[];
    }
  /** The environment never lets a process run other code. */
  | { readonly reason: "rollback-immutable"; readonly process: string }
  /** `ao.yml` asks for another process by now: to evaluate in this one would be recorded as that one's. */
  | { readonly reason: "rollback-settings-differ"; readonly process: string }
  /** Another process of the environment is not deployed. */
  | { readonly reason: "rollback-unfinished"; readonly process: string }
  | {
      readonly reason: "rollback-process-foreign";
      readonly process: string;
      readonly spawnDigest: string;
    };
