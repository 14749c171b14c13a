import { parseShortReference } from "@slipway/registry";
import type { Manifest, Registry, RegistryFailure } from "@slipway/registry";
import type { Digest } from "@slipway/signature";
import { listedIn } from "../image-index.ts";
import type { LockedImage } from "../images-lock.ts";
import type { Now } from "./now.ts";

/** What a registry has under a reference by now: one HEAD, and one GET where that is other content than is locked. */
export async function askImage(
  registry: Pick<Registry, "headManifest" | "getManifest">,
  reference: string,
  locked: Pick<LockedImage, "digest"> | undefined,
): Promise<Now<LockedImage>> {
  const parsed = parseShortReference(reference);
  if (!parsed.ok) return { state: "unknown", because: parsed.failure };
  const { digest: pinned } = parsed.value;
  const head =
    pinned === undefined
      ? await registry.headManifest(parsed.value)
      : ({ state: "present", value: { digest: pinned } } as const);
  if (head.state !== "present") return absent(head);
  const { digest } = head.value;
  if (digest === locked?.digest) return { state: "same" };
  const { registry: host, repository } = parsed.value;
  const manifest = await registry.getManifest({ registry: host, repository, digest });
  if (manifest.state !== "present") return absent(manifest);
  return { state: "changed", value: { digest, platforms: platformsIn(manifest.value) } };
}

function absent(
  answer:
    | { readonly state: "missing" }
    | { readonly state: "unknown"; readonly failure: RegistryFailure },
): Now<never> {
  return answer.state === "missing"
    ? { state: "missing" }
    : { state: "unknown", because: answer.failure };
}

/** `linux/amd64` to the digest of its manifest; none where it is of one image. */
function platformsIn(manifest: Manifest): LockedImage["platforms"] {
  const found: Record<string, Digest> = {};
  for (const { digest, platform } of listedIn(manifest) ?? []) {
    // Statements about an image lie beside it as manifests of an unknown platform.
    if (platform === undefined || platform.os === "unknown") continue;
    found[platformName(platform)] ??= digest;
  }
  return found;
}

/** Every arm64 is v8, and amd64 without a variant comes first: engines call both without it. */
function platformName(platform: {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}): string {
  const { os, architecture, variant } = platform;
  const isTold = architecture === "arm" && variant !== undefined;
  return `${os}/${architecture}${isTold ? `/${variant}` : ""}`;
}
