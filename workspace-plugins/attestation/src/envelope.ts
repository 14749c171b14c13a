import { bundleFromJSON, bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder } from "@sigstore/sign";
import { Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";
import { canonicalJson } from "@slipway/signature/basics";
import type { SigningKey } from "./key.ts";

/** in-toto attestation framework v1, spec/v1/envelope.md. */
export const payloadType = "application/vnd.in-toto+json";

/** An in-toto statement, version 1: what it is about, and what is said of it. */
export type AnyStatement = {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly unknown[];
  readonly predicateType: string;
  readonly predicate: unknown;
};

/** A sigstore bundle around a DSSE envelope, as text. Nothing is sent anywhere: no log, no time stamp. */
export async function signStatement(statement: AnyStatement, key: SigningKey): Promise<string> {
  const builder = new DSSEBundleBuilder({
    signer: {
      sign: async (data) => ({
        signature: key.sign(data),
        key: { $case: "publicKey", publicKey: key.publicKey, hint: key.hint },
      }),
    },
    witnesses: [],
  });
  const data = Buffer.from(canonicalJson(statement));
  const bundle = await builder.create({ data, type: payloadType });
  return `${JSON.stringify(bundleToJSON(bundle), undefined, 2)}\n`;
}

/** `PKIX_ED25519` of sigstore's `PublicKeyDetails` (sigstore_common.proto). */
const ed25519 = 7;

const noAuthorities = {
  mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  tlogs: [],
  certificateAuthorities: [],
  ctlogs: [],
  timestampAuthorities: [],
};

/**
 * Why a bundle's envelope is not signed by this key over its stored bytes; `undefined` when it is. Says nothing about
 * payload type, number of signatures or content: the library looks at none of them.
 */
export function findSignatureProblem(
  bundle: unknown,
  signer: { readonly hint: string; readonly der: Buffer },
): string | undefined {
  const keys = { [signer.hint]: { rawBytes: signer.der, keyDetails: ed25519 } };
  const trust = toTrustMaterial(noAuthorities, keys);
  // No transparency log and no time stamp: the key itself is what is trusted.
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  try {
    new Verifier(trust, thresholds).verify(toSignedEntity(bundleFromJSON(bundle)));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
