import { formatReference } from "@slipway/registry";
import type { FindCredential } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { asOfEngine } from "../engine-credential.ts";
import type { Engine, PullRequest } from "../engine-port.ts";
import type { ImagesCause, ImagesFailure } from "../failure.ts";
import { splitReference } from "../names.ts";
import { asksForSignature, ruleFor } from "../trust/policy.ts";
import { findPublished, readClaims } from "./verify-image.ts";
import type { VerifyRequest } from "./verify-image.ts";

export type PublishedPull = VerifyRequest & {
  readonly engine: Pick<Engine, "pull" | "tag">;
  /** Where the policy does not ask for a signature. */
  readonly allowsUnsigned: boolean;
  /** Gets the bundle of an image that was verified, once the engine has it. */
  readonly pulled?: (pulled: {
    readonly reference: string;
    readonly bundle: string;
  }) => Promise<void>;
  readonly pull: Omit<PullRequest, "credential">;
  /** Whose pull it is. */
  readonly findCredential: FindCredential;
};

/**
 * Makes the engine have a published image, once a trusted signer has signed it. What is pulled is what was verified: by
 * its digest, whatever the tag names meanwhile.
 */
export async function pullPublished(
  request: PublishedPull,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { engine, registry } = request;
  const rule = ruleFor(request.policy, request.reference);
  if (!rule.ok) return rule;
  const allowsUnsigned = request.allowsUnsigned && !asksForSignature(rule.value);
  const found = await findPublished(registry, request.reference, request.architecture);
  if (!found.ok) return found;
  const { reference, digest } = found.value;
  const claims = await readClaims({ ...request, rule: rule.value }, reference, digest);
  if (!claims.ok) return claims;
  const { believed, bundle, objections } = claims.value;
  if (believed === undefined && !allowsUnsigned) {
    return fail({ reason: "image-unsigned", reference: request.reference, digest, objections });
  }
  const { registry: host, repository, tag } = reference;
  const pinned = formatReference({ registry: host, repository, digest });
  request.pull.progress(`pulling ${pinned}`);
  const credential = await request.findCredential(host);
  if (!credential.ok) return credential;
  const shown = credential.value === undefined ? {} : { credential: asOfEngine(credential.value) };
  const pulled = await engine.pull(pinned, { ...request.pull, ...shown });
  if (!pulled.ok) return pulled;
  if (tag !== undefined) {
    const named = formatReference({ registry: host, repository, tag });
    const tagged = await engine.tag(pulled.value, ...splitReference(named));
    if (!tagged.ok) return tagged;
  }
  if (bundle !== undefined) await request.pulled?.({ reference: pinned, bundle });
  const facts = {
    image: request.reference,
    digest: shortDigest(digest),
    "signed by": believed?.signer ?? "nobody",
  };
  return ok({ state: "done", cause: "image-pulled", facts });
}
