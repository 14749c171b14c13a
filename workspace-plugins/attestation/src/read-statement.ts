import { canonicalJson, fail, ok, parseJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { findSignatureProblem, payloadType } from "./envelope.ts";
import type { Distrust } from "./failure.ts";
import { bundleType } from "./statement-types.ts";
import type { Trust, TrustedSigner } from "./trust.ts";

/** What we accept of a sigstore bundle 0.3: an envelope with one signature by a key that is named by its hint. */
const Bundle = z.strictObject({
  mediaType: z.literal(bundleType),
  verificationMaterial: z.looseObject({ publicKey: z.strictObject({ hint: z.string() }) }),
  dsseEnvelope: z.strictObject({
    payload: z.base64(),
    payloadType: z.literal(payloadType),
    signatures: z.tuple([z.strictObject({ sig: z.base64(), keyid: z.string().optional() })]),
  }),
});

/** `tampered`: changed after it was signed, or never made by us. */
export type StatementProblem =
  | {
      readonly kind: "tampered";
      readonly part: "envelope" | "signature" | "statement";
      readonly detail: string;
    }
  | { readonly kind: "untrusted"; readonly signer: string; readonly detail: Distrust };

/** The statement in the text of a bundle, once a signer that we trust has signed exactly these bytes. */
export function readStatement<Statement>(
  text: string,
  schema: z.ZodType<Statement>,
  { trust, now }: { readonly trust: Trust; readonly now: Date },
): Result<{ readonly statement: Statement; readonly signer: string }, StatementProblem> {
  const json = parseJson(text);
  const bundle = Bundle.safeParse(json);
  if (!bundle.success) return tampered("envelope", firstIssue(bundle.error));
  const { hint } = bundle.data.verificationMaterial.publicKey;
  const signer = trust.get(hint);
  const objection = signer === undefined ? "unknown" : findObjection(signer, now);
  if (signer === undefined || objection !== undefined) {
    return fail({ kind: "untrusted", signer: hint, detail: objection ?? "unknown" });
  }
  const problem = findSignatureProblem(json, { hint, der: signer.der });
  if (problem !== undefined) return tampered("signature", problem);
  const payload = Buffer.from(bundle.data.dsseEnvelope.payload, "base64").toString("utf8");
  const statement = schema.safeParse(parseJson(payload));
  if (!statement.success) return tampered("statement", firstIssue(statement.error));
  // Other readers of the same bytes must not find another statement in them: no key twice, no other spelling.
  if (canonicalJson(statement.data) !== payload)
    return tampered("statement", "it is not canonical");
  return ok({ statement: statement.data, signer: hint });
}

function tampered(
  part: Extract<StatementProblem, { readonly kind: "tampered" }>["part"],
  detail: string,
): Result<never, StatementProblem> {
  return fail({ kind: "tampered", part, detail });
}

function findObjection(
  { revokedAt, validFrom, validUntil }: TrustedSigner,
  now: Date,
): Distrust | undefined {
  // A revoked key's earlier signatures count no more than later ones: their time is the signer's own word.
  if (revokedAt !== undefined) return "revoked";
  if (validFrom !== undefined && now < new Date(validFrom)) return "not-valid-yet";
  return validUntil !== undefined && now > new Date(validUntil) ? "no-longer-valid" : undefined;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
}
