import { formatReference, isTag } from "@slipway/registry";
import type {
  Body,
  Reference,
  Registry,
  RegistryFailure,
  Repository,
  Tag,
} from "@slipway/registry";
import { digestOf, fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { PackagesFailure } from "./failure.ts";
import { emptyConfig, manifestMediaType } from "./image-manifest.ts";

/** Names content by its integrity, and so never has to move. */
export function immutableTag(integrity: Digest): Tag {
  const text = `aigogo-${hexOf(integrity)}`;
  if (!isTag(text)) throw new Error(`internal: not a tag: ${text}`);
  return text;
}

/** What a push sends; the layer is read from where it lies, as often as needed. */
export type Sending = {
  readonly integrity: Digest;
  readonly manifest: Buffer<ArrayBuffer>;
  readonly layer: { readonly digest: Digest; readonly body: Body };
  /** A repository of the same registry that may have the layer. */
  readonly mountFrom?: Repository | undefined;
};

/** Blobs, then the content's own tag, then the version's; each tag is read back. */
export async function sendPackage(
  registry: Registry,
  version: Reference,
  { integrity, manifest, layer, mountFrom }: Sending,
): Promise<Result<undefined, PackagesFailure | RegistryFailure>> {
  const config = { digest: digestOf(emptyConfig), body: new Blob([emptyConfig]) };
  for (const { digest, body } of [config, layer]) {
    const uploaded = await registry.uploadBlob(version, digest, body, mountFrom);
    if (!uploaded.ok) return uploaded;
  }
  const byContent: Reference = { ...version, tag: immutableTag(integrity) };
  for (const reference of [byContent, version]) {
    const put = await registry.putManifest(reference, {
      mediaType: manifestMediaType,
      bytes: manifest,
    });
    if (!put.ok) return put;
    const confirmed = await confirm(registry, reference, digestOf(manifest));
    if (!confirmed.ok) return confirmed;
  }
  return ok(undefined);
}

/** Reads back what the tag now gives. */
async function confirm(
  registry: Registry,
  reference: Reference,
  expected: Digest,
): Promise<Result<undefined, PackagesFailure | RegistryFailure>> {
  const back = await registry.getManifest(reference);
  if (back.state === "unknown") return fail(back.failure);
  const actual = back.state === "missing" ? "nothing" : back.value.digest;
  if (actual === expected) return ok(undefined);
  const facts = { reference: formatReference(reference), expected, actual };
  return fail({ reason: "push-unconfirmed", ...facts });
}
