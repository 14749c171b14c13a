import type { Trust } from "@slipway/attestation";
import { formatReference, parseShortReference } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import type { LockedImage } from "../images-lock.ts";
import { asksForSignature, ruleFor } from "../trust/policy.ts";
import type { ImageRule, ImagesPolicy } from "../trust/policy.ts";
import { askImage } from "./ask-image.ts";
import type { Now } from "./now.ts";

/** Whose images may be locked. */
export type LockTrust = {
  readonly policy: ImagesPolicy | undefined;
  readonly trust: Trust;
  readonly now: Date;
};

/** The same as `askImage`, where the policy lets it be asked for; what is not signed as it has to be is not known. */
export async function askAllowed(
  registry: Registry,
  reference: string,
  locked: Pick<LockedImage, "digest"> | undefined,
  whose: LockTrust,
): Promise<Now<LockedImage>> {
  const rule = ruleFor(whose.policy, reference);
  if (!rule.ok) return { state: "unknown", because: rule.failure };
  const asked = await askImage(registry, reference, locked);
  if (asked.state !== "changed" || !asksForSignature(rule.value)) return asked;
  return checkSigned(registry, reference, asked, { ...whose, rule: rule.value });
}

async function checkSigned(
  registry: Registry,
  text: string,
  asked: Extract<Now<LockedImage>, { readonly state: "changed" }>,
  { trust, now, rule }: LockTrust & { readonly rule: ImageRule },
): Promise<Now<LockedImage>> {
  const reference = parseShortReference(text);
  if (!reference.ok) return { state: "unknown", because: reference.failure };
  const { digest } = asked.value;
  // Loaded here: what verifies signatures is more than the rest of a start.
  const { readClaims } = await import("../publish/verify-image.ts");
  const claims = await readClaims({ registry, trust, now, rule }, reference.value, digest);
  if (!claims.ok) return { state: "unknown", because: claims.failure };
  const { believed, objections } = claims.value;
  if (believed !== undefined) return asked;
  const shown = formatReference(reference.value);
  return {
    state: "unknown",
    because: { reason: "image-unsigned", reference: shown, digest, objections },
  };
}
