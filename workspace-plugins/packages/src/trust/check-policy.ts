import type { AttestationFailure } from "@slipway/attestation";
import type { RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import type { LockedPackage } from "../lock.ts";
import type { SignatureSearch } from "./find-signature.ts";
import { objectionTo, readPolicy, ruleFor } from "./policy.ts";
import type { Policy } from "./policy.ts";

/** Before anything is fetched: where packages come from is told by the lock. `undefined`: there is no policy. */
export async function checkSources(
  projectFolder: string,
  packages: readonly LockedPackage[],
): Promise<Result<Policy | undefined, PackagesFailure>> {
  const policy = await readPolicy(projectFolder);
  if (!policy.ok || policy.value === undefined) return policy;
  for (const locked of packages) {
    const objection = objectionTo(policy.value, locked);
    if (objection !== undefined) return fail(objection);
  }
  return policy;
}

/**
 * Before anything is linked: each package that has to be signed is, by somebody who is trusted now. What was once found
 * is kept in the store and verified again each time, so that it takes no request and a revoked key counts at once.
 */
export async function checkSignatures(
  policy: Policy,
  packages: readonly LockedPackage[],
  search: Omit<SignatureSearch, "policy" | "due">,
): Promise<Result<undefined, PackagesFailure | RegistryFailure | AttestationFailure>> {
  const due = packages.flatMap((locked) => {
    const rule = ruleFor(policy, locked);
    return rule?.signed === true || rule?.signers !== undefined ? [{ locked, rule }] : [];
  });
  if (due.length === 0) return ok(undefined);
  // Loaded here: what verifies signatures is more than all of an install.
  const { findSignatures } = await import("./find-signature.ts");
  return findSignatures({ ...search, policy, due });
}
