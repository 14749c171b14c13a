import path from "node:path";
import { bundleType } from "@slipway/attestation/statement-types";
import { readStatement, readTrust } from "@slipway/attestation";
import type { AttestationFailure, Trust } from "@slipway/attestation";
import { parseShortReference } from "@slipway/registry";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { attachmentsOf } from "@slipway/registry/attachments";
import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesFailure, SignatureObjection } from "../failure.ts";
import { hasCode } from "@slipway/signature/read-text";
import type { LockedPackage } from "../lock.ts";
import { parseForeignManifest } from "../manifest.ts";
import { keyText } from "../package-name.ts";
import { immutableTag } from "../send-package.ts";
import { entryFolder } from "../store-place.ts";
import type { Store } from "../store-place.ts";
import { denials } from "../write-errors.ts";
import type { Policy, Rule } from "./policy.ts";
import { PackageStatement } from "./statement.ts";

type Failure = PackagesFailure | RegistryFailure | AttestationFailure;

export type SignatureSearch = {
  readonly policy: Policy;
  /** With the rules that ask for their signatures. */
  readonly due: readonly { readonly locked: LockedPackage; readonly rule: Rule }[];
  readonly store: Store;
  readonly registry: Registry;
  /** Only what the store keeps counts. */
  readonly isOffline: boolean;
  readonly now: Date;
};

/** Of each package one by a signer who is trusted now, in the store or else in the registry. */
export async function findSignatures(search: SignatureSearch): Promise<Result<undefined, Failure>> {
  const trust = await readTrust(search.policy.folder);
  if (!trust.ok) return trust;
  for (const each of search.due) {
    const found = await findSignature({ ...search, ...each, trust: trust.value });
    if (!found.ok) return found;
  }
  return ok(undefined);
}

type Wanted = SignatureSearch & {
  readonly trust: Trust;
  readonly rule: Rule;
  readonly locked: LockedPackage;
};

async function findSignature(wanted: Wanted): Promise<Result<undefined, Failure>> {
  const { store, locked, policy, registry, isOffline } = wanted;
  const { key, source } = locked;
  const entry = entryFolder(store, locked.integrity);
  const kept = path.join(entry, "signature.sigstore.json");
  const objections: SignatureObjection[] = [];
  const refused = () =>
    fail({ reason: "package-unsigned", policyFile: policy.file, key, source, objections } as const);
  const other = await otherName(path.join(entry, manifestName), locked);
  if (other !== undefined) {
    objections.push({ signer: undefined, problem: `its content is that of ${other}` });
    return refused();
  }
  const keptText = await readTextIfPresent(kept);
  if (keptText !== undefined) {
    const objection = objectionToBundle(wanted, keptText);
    if (objection === undefined) return ok(undefined);
    objections.push(objection);
  }
  for await (const text of isOffline ? [] : bundlesOf(registry, locked)) {
    if (typeof text !== "string") return fail(text);
    const objection = objectionToBundle(wanted, text);
    if (objection === undefined) {
      await keep(kept, text);
      return ok(undefined);
    }
    objections.push(objection);
  }
  return refused();
}

/**
 * What the content calls itself, where that is not what the lock calls it: what somebody has signed as one package, or
 * as an older version, must not be had as another.
 */
async function otherName(
  manifestFile: string,
  { key, version, language }: LockedPackage,
): Promise<string | undefined> {
  const text = (await readTextIfPresent(manifestFile)) ?? "";
  const read = parseForeignManifest(manifestFile, text);
  const { name = "", version: own = version } = read.ok ? read.value : {};
  return keyText(name, language) === key && own === version ? undefined : `${name} ${own}`;
}

/** For the next time; a store that may not be written has it not. */
async function keep(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(file, text, { mode: 0o644 });
  } catch (error) {
    if (!hasCode(error, denials)) throw error;
  }
}

function objectionToBundle(
  { trust, now, rule, locked }: Wanted,
  text: string,
): SignatureObjection | undefined {
  const read = readStatement(text, PackageStatement, { trust, now });
  if (!read.ok) {
    const { failure } = read;
    return failure.kind === "tampered"
      ? { signer: undefined, problem: `${failure.part}: ${failure.detail}` }
      : { signer: failure.signer, problem: failure.detail };
  }
  const { statement, signer } = read.value;
  if (rule.signers !== undefined && !rule.signers.some((each) => each === signer)) {
    return { signer, problem: "not among the signers of the rule" };
  }
  const { integrity } = statement.predicate.buildDefinition.externalParameters;
  return integrity === locked.integrity ? undefined : { signer, problem: "of other content" };
}

const mostBundleBytes = 256 * 1024;

/** The texts of bundles that refer to a package, or why they cannot be had. */
async function* bundlesOf(
  registry: Registry,
  locked: LockedPackage,
): AsyncGenerator<string | Failure, void, undefined> {
  const source = parseShortReference(locked.source);
  if (!source.ok) return yield source.failure;
  const name = { registry: source.value.registry, repository: source.value.repository };
  const seen = new Set<Digest>();
  // The content's own tag first: the version's may have moved to content that others have signed.
  for (const reference of [{ ...name, tag: immutableTag(locked.integrity) }, source.value]) {
    const pushed = await registry.headManifest(reference);
    if (pushed.state === "unknown") return yield pushed.failure;
    if (pushed.state === "missing" || seen.has(pushed.value.digest)) continue;
    seen.add(pushed.value.digest);
    const asked = { artifactType: bundleType, mostBytes: mostBundleBytes };
    const bundles = attachmentsOf(registry, name, { ...asked, subject: pushed.value.digest });
    for await (const bundle of bundles) {
      yield bundle.ok ? bundle.value.toString("utf8") : bundle.failure;
    }
  }
}
