import type { SigningKey } from "@slipway/attestation";
import { fileBody, formatReference, isTag, parseReference } from "@slipway/registry";
import type {
  Body,
  Reference,
  Registry,
  RegistryFailure,
  Repository,
  Tag,
} from "@slipway/registry";
import { digestOf, fail, hexOf, ok, shortDigest } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { emptyConfig, manifestMediaType } from "./image-manifest.ts";
import { readPacked } from "./receipt.ts";
import type { Packed } from "./receipt.ts";

export type PushOptions = {
  /** `dist/pack` of the project, absolute. */
  readonly packFolder: string;
  /** `host[:port]/path`, without a tag: the version is the tag. */
  readonly repository: string;
  /** Folders of other packages that have the same name, version and repository; there should be none. */
  readonly rivals?: readonly string[] | undefined;
  readonly registry: Registry;
  /** Whose statement of it is put beside it. */
  readonly signingKey?: SigningKey | undefined;
};

type Pushed = Result<Outcome<PackagesCause>, PackagesFailure | RegistryFailure>;

/**
 * Makes the registry agree with the receipt: one HEAD when it does. The content also gets a tag of its own, and gets
 * it first, so that a lock can be installed after the version's tag has moved.
 */
export async function pushPackage(options: PushOptions): Promise<Pushed> {
  const packed = await readPacked(options.packFolder);
  if (!packed.ok) return packed;
  const { receipt } = packed.value;
  const version = parseReference(`${options.repository}:${receipt.version}`);
  if (!version.ok) return version;
  const { rivals = [] } = options;
  if (rivals.length > 0) {
    return fail({ reason: "version-shared", reference: formatReference(version.value), rivals });
  }
  const pushed = await pushVersion(options, version.value, packed.value);
  if (!pushed.ok || options.signingKey === undefined) return pushed;
  // Loaded here: most pushes are not signed.
  const { signed } = await import("./trust/sign-package.ts");
  return signed(options.registry, version.value, pushed.value, {
    integrity: receipt.integrity,
    key: options.signingKey,
  });
}

async function pushVersion(
  { registry }: PushOptions,
  version: Reference,
  { receipt, manifest, layerFile }: Packed,
): Promise<Pushed> {
  const facts = {
    reference: formatReference(version),
    integrity: shortDigest(receipt.integrity),
  };
  const there = await registry.headManifest(version);
  if (there.state === "unknown") return fail(there.failure);
  if (there.state === "present" && there.value.digest === receipt.manifestDigest) {
    return ok({ state: "unchanged", cause: "registry-agrees", facts });
  }
  const sent = await sendPackage(registry, version, {
    integrity: receipt.integrity,
    manifest,
    layer: { digest: receipt.layerDigest, body: await fileBody(layerFile) },
  });
  if (!sent.ok) return sent;
  const cause = there.state === "missing" ? "version-new" : "version-moved";
  return ok({ state: "done", cause, facts });
}

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
