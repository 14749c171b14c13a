import path from "node:path";
import { isWithin, parseShortReference } from "@slipway/registry/reference";
import { isDigest, ok, pathMatcher, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { PackagesFailure, PolicyFailure } from "../failure.ts";
import { parseJsonFile } from "../json-file.ts";
import type { LockedPackage } from "../lock.ts";

const policyName = "aigogo.policy.json";

const rule = z.strictObject({
  /** Patterns of keys, as `inputs` of a target have them. */
  packages: z.array(z.string().min(1)).min(1),
  /** `host[:port]`, `host[:port]/path`: the repository itself and all below. Without it, any. */
  sources: z.array(z.string().min(1)).min(1).optional(),
  /** Whether a signer that the workspace trusts has to have signed it. */
  signed: z.boolean().optional(),
  /** Of those, only these: digests of public keys. */
  signers: z.array(z.string().refine(isDigest, "sha256: and 64 hex digits")).min(1).optional(),
});

const schema = z.strictObject({ schema: z.literal(1), rules: z.array(rule) });

export type Rule = z.output<typeof rule>;
export type Policy = {
  readonly file: string;
  /** Beside it lies `trust/signers.json`. */
  readonly folder: string;
  readonly rules: readonly Rule[];
};

/** The nearest policy, of a project's folder or one above it, so that it holds from wherever it is installed. */
export async function readPolicy(
  projectFolder: string,
): Promise<Result<Policy | undefined, PackagesFailure>> {
  const file = path.join(projectFolder, policyName);
  const text = await readTextIfPresent(file);
  if (text !== undefined) {
    const read = parseJsonFile(file, text, schema);
    return read.ok ? ok({ file, folder: projectFolder, rules: read.value.rules }) : read;
  }
  const above = path.dirname(projectFolder);
  return above === projectFolder ? ok(undefined) : readPolicy(above);
}

/** The first rule that has a package decides about it. What no rule has is refused: a policy leaves nothing open. */
export function ruleFor(
  policy: Policy,
  { key, language }: Pick<LockedPackage, "key" | "language">,
): Rule | undefined {
  return policy.rules.find(({ packages }) =>
    pathMatcher(language === "python" ? packages.map(asPythonKeys) : packages)(key),
  );
}

/** `team-*` means the package `team-utils`, whose key is `team_utils`; a class such as `[a-z]` stays what it is. */
function asPythonKeys(pattern: string): string {
  return pattern.replaceAll(/\[[^\]]*\]|[-.]/g, (part) => (part.length > 1 ? part : "_"));
}

/** What of a rule can be told from the lock alone. */
export function objectionTo(policy: Policy, locked: LockedPackage): PolicyFailure | undefined {
  const { key, source } = locked;
  const found = ruleFor(policy, locked);
  if (found === undefined) return { reason: "policy-without-rule", policyFile: policy.file, key };
  const { sources } = found;
  if (sources === undefined || sources.some((each) => isFrom(source, each))) return undefined;
  return { reason: "source-not-allowed", policyFile: policy.file, key, source, allowed: sources };
}

function isFrom(source: string, allowed: string): boolean {
  const reference = parseShortReference(source);
  return reference.ok && isWithin(reference.value, allowed);
}
