import type { AttestationCause, AttestationFailure } from "@slipway/attestation";
import type { Causes, Texts } from "../text.ts";

export const attestationTexts: Texts<AttestationFailure> = {
  "signing-key-unwritable": (failure) => ({
    what: "a signing key cannot be written",
    facts: { file: failure.file },
    hint: "make its folder writable, or point XDG_CONFIG_HOME at one that is",
  }),
  "signing-key-missing": (failure) => ({
    what: "there is no key to sign with",
    facts: { file: failure.file },
    hint: "npx slipway smoke keys init, or slipway pkg keys init, which is the same",
  }),
  "signing-key-exposed": (failure) => ({
    what: "the signing key can be read by others",
    facts: { file: failure.file, mode: failure.mode },
    hint: `chmod 600 ${failure.file}`,
  }),
  "signing-key-invalid": (failure) => ({
    what: "the signing key cannot be used",
    facts: { file: failure.file, because: failure.detail },
    hint: "an Ed25519 key in PKCS#8 PEM without a password; move this one away and run npx slipway smoke keys init",
  }),
  "trust-file-invalid": (failure) => ({
    what: "the list of trusted signers cannot be used",
    facts: {
      file: failure.file,
      ...Object.fromEntries(failure.problems.map((problem, at) => [`${at + 1}`, problem])),
    },
    hint: "a signer is named by the digest of its public key",
  }),
};

export const attestationCauses: Causes<AttestationCause> = {
  "signing-key-made": "there was no signing key",
  "signing-key-trusted": "this workspace did not know the key",
  "signing-key-present": "the key is there and trusted",
};
