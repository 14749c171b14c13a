import { readFile, stat } from "node:fs/promises";
import { canonicalJson, exists, fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { SmokeFailure } from "./failure.ts";
import { Statement, findContradiction, payloadType } from "./statement.ts";
import type { Trust, TrustedSigner } from "./trust.ts";
import { findSignatureProblem } from "./envelope.ts";

const largestBytes = 16 * 2 ** 20;

/** What we accept of a sigstore bundle 0.3: an envelope with one signature by a key that is named by its hint. */
const Bundle = z.strictObject({
  mediaType: z.literal("application/vnd.dev.sigstore.bundle.v0.3+json"),
  verificationMaterial: z.looseObject({ publicKey: z.strictObject({ hint: z.string() }) }),
  dsseEnvelope: z.strictObject({
    payload: z.base64(),
    payloadType: z.literal(payloadType),
    signatures: z.tuple([z.strictObject({ sig: z.base64(), keyid: z.string().optional() })]),
  }),
});

/** The statement of a transcript on disk, once a signer that we trust has signed exactly these bytes. */
export async function readTranscript(
  file: string,
  trust: Trust,
  now: Date,
): Promise<Result<{ readonly statement: Statement; readonly signer: string }, SmokeFailure>> {
  const text = await readBounded(file);
  if (!text.ok) return text;
  const tampered = (part: string, detail: string): Result<never, SmokeFailure> =>
    fail({ reason: "transcript-tampered", file, part, detail });
  const json = parseJson(text.value);
  const bundle = Bundle.safeParse(json);
  if (!bundle.success) return tampered("envelope", firstIssue(bundle.error));
  const { hint } = bundle.data.verificationMaterial.publicKey;
  const signer = trust.get(hint);
  const objection = signer === undefined ? "unknown" : findObjection(signer, now);
  if (signer === undefined || objection !== undefined) {
    return fail({
      reason: "transcript-untrusted",
      file,
      signer: hint,
      detail: objection ?? "unknown",
    });
  }
  const problem = findSignatureProblem(json, { hint, der: signer.der });
  if (problem !== undefined) return tampered("signature", problem);
  const payload = Buffer.from(bundle.data.dsseEnvelope.payload, "base64").toString("utf8");
  const statement = Statement.safeParse(parseJson(payload));
  if (!statement.success) return tampered("statement", firstIssue(statement.error));
  // Other readers of the same bytes must not find another statement in them: no key twice, no other spelling.
  if (canonicalJson(statement.data) !== payload)
    return tampered("statement", "it is not canonical");
  const contradiction = findContradiction(statement.data);
  if (contradiction !== undefined) return tampered(contradiction, "it contradicts the claims");
  return ok({ statement: statement.data, signer: hint });
}

async function readBounded(file: string): Promise<Result<string, SmokeFailure>> {
  if (!(await exists(file))) return fail({ reason: "transcript-missing", file });
  const { size } = await stat(file);
  if (size <= largestBytes) return ok(await readFile(file, "utf8"));
  return fail({ reason: "transcript-tampered", file, part: "envelope", detail: `${size} bytes` });
}

function findObjection(
  { revokedAt, validFrom, validUntil }: TrustedSigner,
  now: Date,
): "revoked" | "not-valid-yet" | "no-longer-valid" | undefined {
  // A revoked key's earlier signatures count no more than later ones: their time is the signer's own word.
  if (revokedAt !== undefined) return "revoked";
  if (validFrom !== undefined && now < new Date(validFrom)) return "not-valid-yet";
  return validUntil !== undefined && now > new Date(validUntil) ? "no-longer-valid" : undefined;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
