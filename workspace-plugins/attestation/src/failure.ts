/** What is wrong with a key of this machine, or with a file of those that are trusted. */
export type AttestationFailure =
  | { readonly reason: "signing-key-unwritable"; readonly file: string }
  | { readonly reason: "signing-key-missing"; readonly file: string }
  | { readonly reason: "signing-key-exposed"; readonly file: string; readonly mode: string }
  | { readonly reason: "signing-key-invalid"; readonly file: string; readonly detail: string }
  | {
      readonly reason: "trust-file-invalid";
      readonly file: string;
      readonly problems: readonly string[];
    };

/** Why a signer is not believed. */
export type Distrust = "unknown" | "revoked" | "not-valid-yet" | "no-longer-valid";

export type AttestationCause = "signing-key-made" | "signing-key-trusted" | "signing-key-present";
