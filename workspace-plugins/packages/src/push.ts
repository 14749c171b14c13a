import type { SigningKey } from "@slipway/attestation";
import { fileBody, formatReference, parseReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { readPacked } from "./receipt.ts";
import type { Packed } from "./receipt.ts";
import { sendPackage } from "./send-package.ts";

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
