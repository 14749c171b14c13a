/** What the world can do to the signing of targets. */
export type SignatureFailure =
  | FilesetFailure
  | HashingFailure
  | LockFailure
  | DerivationFailure
  | ProbeFailure
  | WatchFailure
  | {
      readonly reason: "upstream-cycle";
      /** The ids along the cycle; the last is the first again. */
      readonly path: readonly string[];
    }
  | { readonly reason: "upstream-unknown"; readonly target: string; readonly upstream: string }
  | {
      readonly reason: "upstream-not-signed";
      readonly target: string;
      /** The one that the target names. */
      readonly upstream: string;
      /** The one that cannot be signed by itself: the same, or one that it builds on. */
      readonly root: string;
      readonly rootReason: string;
    }
  | { readonly reason: "tool-not-locked"; readonly target: string; readonly tool: string }
  | {
      readonly reason: "target-not-signed";
      readonly target: string;
      readonly near: readonly string[];
    }
  | {
      readonly reason: "graph-failed";
      /** What Nx says of each file that it could not read. */
      readonly problems: readonly string[];
    }
  | { readonly reason: "signatures-not-found"; readonly target: string }
  | { readonly reason: "signatures-overtaken"; readonly target: string }
  | {
      readonly reason: "record-invalid";
      readonly file: string;
      readonly problems: readonly string[];
    };

export type ListingFailure =
  | {
      readonly reason: "git-failed";
      readonly folder: string;
      readonly exitCode: number | undefined;
      readonly output: string;
    }
  | {
      readonly reason: "path-not-utf8";
      readonly folder: string;
      /** With U+FFFD for what is not text. */
      readonly path: string;
    }
  | { readonly reason: "folder-missing"; readonly folder: string };

/** What keeps a folder from being watched. */
export type WatchFailure =
  | ListingFailure
  | { readonly reason: "watch-taken"; readonly folder: string }
  | {
      readonly reason: "watch-unsupported";
      readonly folder: string;
      /** The file system that others change too, or the operating system. */
      readonly system: string;
    };

export type FilesetFailure =
  | ListingFailure
  | { readonly reason: "patterns-unmatched"; readonly patterns: readonly string[] }
  | { readonly reason: "pattern-too-large"; readonly pattern: string };

export type HashingFailure =
  | { readonly reason: "file-unreadable"; readonly path: string; readonly code: string }
  | { readonly reason: "file-keeps-changing"; readonly path: string };

export type LockFailure = {
  readonly reason: "npm-lock-invalid";
  readonly file: string;
  readonly problems: readonly string[];
};

export type DerivationFailure =
  | {
      readonly reason: "target-malformed";
      readonly target: string;
      /** Of the target, and what stands there, in JSON. */
      readonly field: string;
      readonly found: string;
    }
  | {
      readonly reason: "input-unsupported";
      readonly target: string;
      /** The input as it is declared, in JSON. */
      readonly input: string;
    }
  | {
      readonly reason: "named-input-unknown";
      readonly target: string;
      readonly name: string;
      readonly known: readonly string[];
    }
  | {
      readonly reason: "named-input-cycle";
      readonly target: string;
      /** The names along the cycle; the last is the first again. */
      readonly path: readonly string[];
    };

/** A command that was to tell a version and did not. */
export type ProbeFailure =
  | {
      readonly reason: "probe-failed";
      readonly command: string;
      /** `undefined`: it was ended by a signal, or wrote without end. */
      readonly exitCode: number | undefined;
      readonly output: string;
    }
  | {
      readonly reason: "probe-timed-out";
      readonly command: string;
      readonly limitMs: number;
      readonly output: string;
    };

/** What the `signature` target can say it did. */
export type SignatureCause =
  | "signatures-first-written"
  | "signatures-changed"
  | "signatures-current";
