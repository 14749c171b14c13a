import type { AttestationFailure, Distrust } from "@slipway/attestation";
import type { Digest } from "@slipway/signature";

export type RunName = "first" | "second";

/** What keeps a smoke run from leaving a transcript, or a transcript from being believed. */
export type SmokeFailure = RunFailure | AttestationFailure | TranscriptFailure;

type RunFailure =
  | { readonly reason: "smoke-file-missing"; readonly file: string }
  | { readonly reason: "smoke-input-missing"; readonly file: string; readonly pattern: string }
  | { readonly reason: "smoke-input-refused"; readonly path: string; readonly detail: string }
  | { readonly reason: "smoke-image-missing"; readonly image: string; readonly folder: string }
  | {
      readonly reason: "smoke-base-unknown";
      readonly image: string;
      readonly base: string;
      readonly bases: readonly string[];
    }
  | {
      readonly reason: "smoke-image-ambiguous";
      readonly image: string;
      readonly bases: readonly string[];
    }
  | {
      readonly reason: "seal-broken";
      readonly run: RunName;
      readonly control: string;
      readonly expected: string;
      readonly found: string;
    }
  | {
      readonly reason: "smoke-command-failed";
      readonly run: RunName;
      readonly exitCode: number;
      /** The end of what the command wrote. */
      readonly output: readonly string[];
      readonly logFile: string;
    }
  | { readonly reason: "smoke-timed-out"; readonly run: RunName; readonly timeoutSeconds: number }
  | { readonly reason: "smoke-out-of-memory"; readonly run: RunName; readonly memoryBytes: number }
  | { readonly reason: "smoke-output-missing"; readonly run: RunName; readonly path: string }
  | {
      readonly reason: "smoke-output-refused";
      readonly run: RunName;
      readonly path: string;
      readonly detail: string;
    }
  | {
      readonly reason: "smoke-output-too-large";
      readonly run: RunName;
      readonly limitBytes: number;
    }
  /** The container ended without the last word of its output, so what came is only a part. */
  | { readonly reason: "smoke-output-truncated"; readonly run: RunName; readonly logFile: string }
  | {
      readonly reason: "not-reproducible";
      readonly file: string;
      readonly difference: "content" | "executable" | "only-first" | "only-second";
      /** Of the first byte that differs. */
      readonly offset: number;
      readonly first: string;
      readonly second: string;
    }
  | {
      readonly reason: "golden-differs";
      readonly file: string;
      readonly expected: Digest;
      readonly found: Digest | undefined;
    };

type TranscriptFailure =
  | { readonly reason: "transcript-missing"; readonly file: string }
  /** Changed after it was signed, or never made by us. */
  | {
      readonly reason: "transcript-tampered";
      readonly file: string;
      readonly part: string;
      readonly detail: string;
    }
  | {
      readonly reason: "transcript-untrusted";
      readonly file: string;
      readonly signer: string;
      readonly detail: Distrust;
    }
  /** Genuine, of another state of the workspace. */
  | {
      readonly reason: "transcript-stale";
      readonly file: string;
      readonly part: string;
      readonly recorded: string;
      readonly found: string;
    }
  | {
      readonly reason: "transcript-records-failure";
      readonly file: string;
      readonly phase: string;
      readonly state: string;
    };

export type SmokeCause = "smoke-passed" | "transcript-verified";
