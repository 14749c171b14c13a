import path from "node:path";
import { fail, ok, readTextIfPresent, writeJson } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { z } from "zod";
import type { AttestationCause, AttestationFailure } from "./failure.ts";
import { makeSigningKey, parsePublicKey, readSigningKey, signingKeyFile } from "./key.ts";

const Moment = z.iso.datetime();

const Signer = z.strictObject({
  /** SubjectPublicKeyInfo in PEM. */
  publicKey: z.string(),
  owner: z.string().optional(),
  validFrom: Moment.optional(),
  validUntil: Moment.optional(),
  revokedAt: Moment.optional(),
});

const TrustFile = z.strictObject({ schema: z.literal(1), signers: z.record(z.string(), Signer) });

type TrustFile = z.output<typeof TrustFile>;

export type TrustedSigner = z.output<typeof Signer> & { readonly der: Buffer };

/** Signers by hint. */
export type Trust = ReadonlyMap<string, TrustedSigner>;

/** Committed with the workspace, and made on this machine. */
export function trustFiles(workspaceRoot: string): {
  readonly committed: string;
  readonly local: string;
} {
  return {
    committed: path.join(workspaceRoot, "trust", "signers.json"),
    local: path.join(workspaceRoot, ".slipway", "trust", "signers.json"),
  };
}

/** A signer in the committed file has the last word: a local copy cannot lift what was revoked there. */
export async function readTrust(workspaceRoot: string): Promise<Result<Trust, AttestationFailure>> {
  const trust = new Map<string, TrustedSigner>();
  const { local, committed } = trustFiles(workspaceRoot);
  for (const file of [local, committed]) {
    const read = await readTrustFile(file);
    if (!read.ok) return read;
    for (const [hint, signer] of Object.entries(read.value.signers)) {
      const key = parsePublicKey(signer.publicKey);
      if (key?.hint !== hint) {
        const problems = [`${hint}: its publicKey is not the Ed25519 key of that digest`];
        return fail({ reason: "trust-file-invalid", file, problems });
      }
      trust.set(hint, { ...signer, der: key.der });
    }
  }
  return ok(trust);
}

async function readTrustFile(file: string): Promise<Result<TrustFile, AttestationFailure>> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return ok({ schema: 1, signers: {} });
  try {
    const parsed = TrustFile.safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data);
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join(".")}: ${issue.message}`,
    );
    return fail({ reason: "trust-file-invalid", file, problems });
  } catch (error) {
    return fail({ reason: "trust-file-invalid", file, problems: [String(error)] });
  }
}

/** Makes this machine's signing key, if it has none, and lets this workspace trust it. */
export async function initKeys(
  workspaceRoot: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Result<Outcome<AttestationCause>, AttestationFailure>> {
  const keyFile = signingKeyFile(variables);
  const made = await makeSigningKey(keyFile);
  if (made === "unwritable") return fail({ reason: "signing-key-unwritable", file: keyFile });
  const key = await readSigningKey(keyFile);
  if (!key.ok) return key;
  const trust = await readTrust(workspaceRoot);
  if (!trust.ok) return trust;
  const { local } = trustFiles(workspaceRoot);
  const facts = { key: keyFile, signer: key.value.hint };
  if (trust.value.has(key.value.hint)) {
    return ok({ state: "unchanged", cause: "signing-key-present", facts });
  }
  const before = await readTrustFile(local);
  if (!before.ok) return before;
  const { hint, publicKey } = key.value;
  await writeJson(local, {
    schema: 1,
    signers: { ...before.value.signers, [hint]: { publicKey } },
  });
  const cause = made === "made" ? "signing-key-made" : "signing-key-trusted";
  return ok({ state: "done", cause, facts: { ...facts, "trusted in": local } });
}
