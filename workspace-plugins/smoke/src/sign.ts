import { bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder } from "@sigstore/sign";
import { canonicalJson } from "@slipway/signature";
import type { SigningKey } from "./key.ts";
import { payloadType } from "./statement.ts";
import type { Statement } from "./statement.ts";

/** A sigstore bundle around a DSSE envelope, as text. Nothing is sent anywhere: no log, no time stamp. */
export async function signStatement(statement: Statement, key: SigningKey): Promise<string> {
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
