import { mediaTypes, parseReference } from "@slipway/registry";
import { digestOf, fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { unreachable } from "./success-record.ts";
import type { StoreContext, StoreFailure, SuccessStore } from "./success-record.ts";

const emptyConfig = new Blob(["{}"]);

/** A tag for each record: a manifest without content, as the image spec has one (manifest.md, Guidelines for Artifact Usage). */
export function openRegistryStore(
  address: string,
  { registry: open }: StoreContext,
): Result<SuccessStore, StoreFailure> {
  const name = address.slice("oci://".length);
  const referenceOf = (namespace: string, signature: Digest) =>
    parseReference(`${name}:${namespace}-${hexOf(signature)}`);
  const checked = referenceOf("protected", digestOf(""));
  if (!checked.ok) return fail({ reason: "store-address-invalid", address });
  const registry = open();
  return ok({
    has: async (namespace, signature) => {
      const reference = referenceOf(namespace, signature);
      if (!reference.ok) return fail({ reason: "store-address-invalid", address });
      const found = await registry.headManifest(reference.value);
      return found.state === "unknown"
        ? fail(refused(address, found.failure))
        : ok(found.state === "present");
    },
    record: async (namespace, signature, job) => {
      const reference = referenceOf(namespace, signature);
      if (!reference.ok) return fail({ reason: "store-address-invalid", address });
      const digest = digestOf("{}");
      const uploaded = await registry.uploadBlob(reference.value, digest, emptyConfig);
      if (!uploaded.ok) return fail(refused(address, uploaded.failure));
      const empty = {
        mediaType: "application/vnd.oci.empty.v1+json",
        digest,
        size: emptyConfig.size,
      };
      const manifest = {
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        artifactType: "application/vnd.slipway.success.v1",
        config: empty,
        layers: [empty],
        annotations: { "slipway.job": job, "slipway.signature": signature },
      };
      const bytes = Buffer.from(JSON.stringify(manifest));
      const put = await registry.putManifest(reference.value, {
        mediaType: mediaTypes.ociManifest,
        bytes,
      });
      return put.ok ? ok(undefined) : fail(refused(address, put.failure));
    },
  });
}

function refused(address: string, { reason }: { readonly reason: string }): StoreFailure {
  return unreachable(address, `the registry: ${reason}`);
}
