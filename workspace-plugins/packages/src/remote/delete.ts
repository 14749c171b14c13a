import { bundleType } from "@slipway/attestation/statement-types";
import { formatReference, isTag, parseShortReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure, RepositoryName } from "@slipway/registry";
import { fail, inParallel, ok, parseDigest } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { isNamed } from "./named.ts";
import type { RemoteCause } from "./failure.ts";

export type DeletionOptions = {
  /** As typed: `latest` where it has no tag, and without one where `all` are meant. */
  readonly reference: string;
  readonly all: boolean;
  readonly registry: Registry;
};

/** What would go. A registry deletes image manifests, and all tags of one go with it. */
export type DeletionPlan = {
  readonly name: RepositoryName;
  readonly manifests: readonly PlannedManifest[];
};

type PlannedManifest = {
  readonly digest: Digest;
  readonly tags: readonly string[];
  /** It is a signature of that manifest, or their list, and worth nothing without it. */
  readonly signs?: Digest;
};

type Failure = PackagesFailure | RegistryFailure;

const questionsAtOnce = 8;

/** Finds out what a deletion takes away: other tags of the same content, and its signatures. Deletes nothing. */
export async function planDeletion(
  options: DeletionOptions,
): Promise<Result<DeletionPlan, Failure>> {
  const { reference: text, all, registry } = options;
  if (all && isNamed(text)) return fail({ reason: "tag-not-expected", reference: text });
  const reference = parseShortReference(text);
  if (!reference.ok) return reference;
  const asked = all ? ok(undefined) : await digestOfReference(registry, reference.value, text);
  if (!asked.ok) return asked;
  const listed = await registry.listTags(reference.value);
  if (listed.state === "unknown") return fail(listed.failure);
  const tags = listed.state === "missing" ? [] : listed.value.toSorted();
  const found = await inParallel(questionsAtOnce, tags, (tag) =>
    taggedDigest(registry, reference.value, tag),
  );
  if (!found.ok) return found;
  const { registry: host, repository } = reference.value;
  const manifests = manifestsOf(found.value, asked.value);
  const name = { registry: host, repository };
  const signatures = await inParallel(questionsAtOnce, manifests, ({ digest }) =>
    signaturesOf(registry, name, digest, found.value),
  );
  if (!signatures.ok) return signatures;
  const lists = all ? found.value.flatMap(listOf) : [];
  const planned = [...manifests, ...signatures.value.flat(), ...lists];
  if (planned.length === 0) return fail(absent(text));
  return ok({ name, manifests: firstOfEach(planned) });
}

/** Those beside one manifest. */
async function signaturesOf(
  registry: Registry,
  name: RepositoryName,
  subject: Digest,
  found: readonly Tagged[],
): Promise<Result<readonly PlannedManifest[], Failure>> {
  const listed = await registry.listReferrers(name, { subject, artifactType: bundleType });
  if (listed.state === "unknown") return fail(listed.failure);
  const digests = listed.state === "missing" ? [] : listed.value;
  const lists = found.flatMap(listOf).filter(({ signs }) => signs === subject);
  return ok([...lists, ...digests.map((digest) => ({ digest, tags: [], signs: subject }))]);
}

/** Where a registry has no list of its own, it is an index under a tag (OCI distribution-spec 1.1, "Referrers Tag Schema"). */
function listOf({
  tag,
  digest,
}: Tagged): readonly (PlannedManifest & { readonly signs: Digest })[] {
  const signs = tag.startsWith("sha256-") ? parseDigest(tag.replace("-", ":")) : undefined;
  return signs === undefined || digest === undefined ? [] : [{ digest, tags: [tag], signs }];
}

function firstOfEach(planned: readonly PlannedManifest[]): readonly PlannedManifest[] {
  return planned.filter(
    ({ digest }, at) => planned.findIndex((each) => each.digest === digest) === at,
  );
}

/** What another deletion took away meanwhile is as wanted. What a tag names by now stays: digests are deleted. */
export async function deletePlanned(
  registry: Registry,
  { name, manifests }: DeletionPlan,
): Promise<Result<Outcome<RemoteCause>, Failure>> {
  const deleted = { packages: 0, signatures: 0 };
  for (const { digest, signs } of manifests) {
    const answer = await registry.deleteManifest(name, digest);
    if (answer.state === "unknown") return fail(refusalOf(name, answer.failure));
    if (answer.state === "present") deleted[signs === undefined ? "packages" : "signatures"] += 1;
  }
  const facts = {
    repository: formatReference(name),
    tags: manifests.flatMap(({ tags }) => tags).join(", "),
    manifests: deleted.packages,
    ...(deleted.signatures === 0 ? {} : { "signatures and their lists": deleted.signatures }),
  };
  return deleted.packages + deleted.signatures === 0
    ? ok({ state: "unchanged", cause: "tags-gone", facts })
    : ok({ state: "done", cause: "tags-deleted", facts });
}

async function digestOfReference(
  registry: Registry,
  reference: Reference,
  text: string,
): Promise<Result<Digest, Failure>> {
  const head = await registry.headManifest(reference);
  if (head.state === "unknown") return fail(head.failure);
  return head.state === "missing" ? fail(absent(text)) : ok(head.value.digest);
}

type Tagged = { readonly tag: string; readonly digest: Digest | undefined };

/** A tag that went since it was listed has no digest. */
async function taggedDigest(
  registry: Registry,
  { registry: host, repository }: RepositoryName,
  tag: string,
): Promise<Result<Tagged, Failure>> {
  if (!isTag(tag)) return ok({ tag, digest: undefined });
  const head = await registry.headManifest({ registry: host, repository, tag });
  if (head.state === "unknown") return fail(head.failure);
  return ok({ tag, digest: head.state === "present" ? head.value.digest : undefined });
}

/** Of all tags but those of lists, or of those that fall with one digest. */
function manifestsOf(
  found: readonly Tagged[],
  asked: Digest | undefined,
): DeletionPlan["manifests"] {
  const tagsOf = (digest: Digest) =>
    found.filter((one) => one.digest === digest).map(({ tag }) => tag);
  const packages = found.filter((one) => listOf(one).length === 0);
  const digests = asked === undefined ? packages.map(({ digest }) => digest) : [asked];
  return [...new Set(digests)]
    .filter((digest) => digest !== undefined)
    .map((digest) => ({ digest, tags: tagsOf(digest) }));
}

function absent(reference: string): PackagesFailure {
  return { reason: "package-missing", reference, immutable: undefined };
}

/** Many registries are set up to delete nothing, and say so by this status or code (OCI distribution-spec, "Deleting manifests"). */
function refusalOf(name: RepositoryName, failure: RegistryFailure): Failure {
  if (failure.reason !== "registry-refused") return failure;
  const { status, codes } = failure;
  if (status !== 405 && !codes.includes("UNSUPPORTED")) return failure;
  return { reason: "deletion-unsupported", registry: name.registry, status };
}
