/** What keeps commands on a lock from their end. */
export type LockedFailure = {
  readonly reason: "lock-key-unknown";
  readonly lockFile: string;
  readonly key: string;
  readonly near: readonly string[];
};

export type LockedCause = "unlocked";
