import { bundleType } from "@slipway/attestation/statement-types";
import { signStatement } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { formatReference } from "@slipway/registry";
import { attach } from "@slipway/registry/attachments";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import { manifestMediaType } from "../image-manifest.ts";
import { statementOf } from "./statement.ts";

export type Signing = { readonly integrity: Digest; readonly key: SigningKey };

/** What a push came to, once the package is signed too. */
export async function signed<Value extends Outcome<PackagesCause>>(
  registry: Registry,
  reference: Reference,
  pushed: Value,
  signing: Signing,
): Promise<Result<Value, PackagesFailure | RegistryFailure>> {
  const done = await signPackage(registry, reference, signing);
  if (!done.ok) return done;
  const facts = { ...pushed.facts, signer: shortDigest(signing.key.hint) };
  const isNews = done.value === "signed" && pushed.state === "unchanged";
  const told = isNews ? ({ state: "done", cause: "signature-new" } as const) : {};
  return ok({ ...pushed, ...told, facts });
}

/**
 * Puts a signed statement of a pushed package beside it, unless this key's is there: what is signed has no time, and
 * Ed25519 signs equal bytes equally, so that the digest tells.
 */
async function signPackage(
  registry: Registry,
  reference: Reference,
  { integrity, key }: Signing,
): Promise<Result<"signed" | "was-signed", PackagesFailure | RegistryFailure>> {
  const { registry: host, repository } = reference;
  const name = { registry: host, repository };
  const shown = formatReference(reference);
  const pushed = await registry.getManifest(reference);
  if (pushed.state === "unknown") return fail(pushed.failure);
  if (pushed.state === "missing") {
    return fail({ reason: "package-missing", reference: shown, immutable: undefined });
  }
  const { digest: subject, bytes } = pushed.value;
  const statement = statementOf({
    repository: formatReference(name),
    manifestDigest: subject,
    integrity,
  });
  const done = await attach(
    registry,
    name,
    { digest: subject, sizeBytes: bytes.byteLength, mediaType: manifestMediaType },
    { artifactType: bundleType, bytes: Buffer.from(await signStatement(statement, key)) },
  );
  if (!done.ok) return done;
  return ok(done.value === "attached" ? "signed" : "was-signed");
}
