import { readFile } from "node:fs/promises";
import path from "node:path";
import { bundleType } from "@slipway/attestation/statement-types";
import type { SigningKey } from "@slipway/attestation";
import { mediaTypes, parseReference } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import { attach } from "@slipway/registry/attachments";
import { exists, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ImagesCause, ImagesFailure } from "../failure.ts";
import { blobFile } from "../layout.ts";
import type { StoredImage } from "../load.ts";
import { readProvenance } from "../provenance.ts";
import { sbomName } from "../sbom/image-sbom.ts";
import { sbomType } from "./sbom-type.ts";

/**
 * Puts beside a pushed image what lies beside its layout: its bill of materials and, with a key, its provenance signed
 * by it. `pushed`: what the push itself came to.
 */
export async function attachRecords(
  registry: Registry,
  image: StoredImage,
  pushed: Outcome<ImagesCause>,
  signingKey: SigningKey | undefined,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { receipt, workspaceRoot } = image;
  const folder = path.join(workspaceRoot, image.folder);
  const reference = parseReference(receipt.reference);
  if (!reference.ok) return reference;
  const name = { registry: reference.value.registry, repository: reference.value.repository };
  const { byteLength } = await readFile(blobFile(folder, receipt.manifestDigest));
  const subject = {
    digest: receipt.manifestDigest,
    sizeBytes: byteLength,
    mediaType: mediaTypes.ociManifest,
  };
  let told = pushed;
  const sbom = path.join(folder, sbomName);
  if (await exists(sbom)) {
    const bytes = Buffer.from(await readFile(sbom));
    const done = await attach(registry, name, subject, { artifactType: sbomType, bytes });
    if (!done.ok) return done;
    if (done.value === "attached") told = asNews(told, "image-attached");
  }
  if (signingKey === undefined) return ok(told);
  const statement = await readProvenance(folder, receipt);
  if (!statement.ok) return statement;
  // Loaded here: most pushes are not signed.
  const { signStatement } = await import("@slipway/attestation");
  const bytes = Buffer.from(await signStatement(statement.value, signingKey));
  const done = await attach(registry, name, subject, { artifactType: bundleType, bytes });
  if (!done.ok) return done;
  if (done.value === "attached") told = asNews(told, "image-signed");
  return ok({ ...told, facts: { ...told.facts, signer: shortDigest(signingKey.hint) } });
}

/** An image that was there and now has more beside it. */
function asNews(pushed: Outcome<ImagesCause>, cause: ImagesCause): Outcome<ImagesCause> {
  return pushed.state === "unchanged" ? { ...pushed, state: "done", cause } : pushed;
}
