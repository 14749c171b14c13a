import { readTrust } from "@slipway/attestation";
import type { Trust } from "@slipway/attestation";
import { readImagesPolicy } from "@slipway/images/trust/policy";
import type { ImagesPolicy } from "@slipway/images/trust/policy";
import type { ImagesFailure } from "@slipway/images";
import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";

/** Whose images a workspace, or the folder of a user's own lock, lets in, and when it was asked. */
export async function readAgentTrust(
  folder: string,
): Promise<
  Result<
    { readonly trust: Trust; readonly policy: ImagesPolicy | undefined; readonly now: Date },
    ImagesFailure
  >
> {
  const trust = await readTrust(folder);
  if (!trust.ok) return trust;
  const policy = await readImagesPolicy(folder);
  return policy.ok ? ok({ trust: trust.value, policy: policy.value, now: new Date() }) : policy;
}
