/** What keeps commands on a lock from their end. */
export type LockedFailure =
  | {
      readonly reason: "lock-key-unknown";
      readonly lockFile: string;
      readonly key: string;
      readonly near: readonly string[];
    }
  | {
      readonly reason: "update-is-other";
      readonly key: string;
      readonly source: string;
      /** The key and language of what is there. */
      readonly found: string;
      readonly language: string;
    };

export type LockedCause = "unlocked" | "updated" | "updates-planned" | "up-to-date";
