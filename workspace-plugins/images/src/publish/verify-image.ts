import { bundleType } from "@slipway/attestation/statement-types";
import { readStatement } from "@slipway/attestation";
import type { Trust } from "@slipway/attestation";
import { parseReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { attachmentsOf } from "@slipway/registry/attachments";
import { fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { listedIn } from "../image-index.ts";
import { machineArchitecture } from "../machine-architecture.ts";
import { splitReference } from "../names.ts";
import { ImageStatement } from "../provenance.ts";
import { objectionToSigner, ruleFor } from "../trust/policy.ts";
import type { ImageRule, ImagesPolicy } from "../trust/policy.ts";
import type { PolicyFailure } from "../trust/failure.ts";
import type { ImageObjection, PublishFailure } from "./failure.ts";

export type VerifyRequest = {
  /** `host[:port]/path:tag`, or `@sha256:…`. */
  readonly reference: string;
  readonly registry: Registry;
  /** Whose signatures count, and when. */
  readonly trust: Trust;
  readonly policy: ImagesPolicy | undefined;
  readonly now: Date;
  /** Whose image is meant where there are several under the name; else this machine's. */
  readonly architecture?: string | undefined;
};

export type VerifiedImage = {
  /** Of the manifest that was looked at; a tag may name another one by now. */
  readonly digest: Digest;
  /** Hint of the key. */
  readonly signer: string;
  readonly statement: ImageStatement;
};

type Failure = PublishFailure | PolicyFailure | RegistryFailure;

/** A published image and the provenance that a trusted signer has signed of it. */
export async function verifyImage(request: VerifyRequest): Promise<Result<VerifiedImage, Failure>> {
  const rule = ruleFor(request.policy, request.reference);
  if (!rule.ok) return rule;
  const found = await findPublished(request.registry, request.reference, request.architecture);
  if (!found.ok) return found;
  const { digest, reference } = found.value;
  const claims = await readClaims({ ...request, rule: rule.value }, reference, digest);
  if (!claims.ok) return claims;
  const { believed, objections } = claims.value;
  return believed === undefined
    ? fail({ reason: "image-unsigned", reference: request.reference, digest, objections })
    : ok({ digest, ...believed });
}

export type Published = { readonly reference: Reference; readonly digest: Digest };

/** What a reference names now, of an index the image of that processor. */
export async function findPublished(
  registry: Registry,
  text: string,
  architecture: string = machineArchitecture() ?? process.arch,
): Promise<Result<Published, Failure>> {
  const reference = parseReference(text);
  if (!reference.ok) return reference;
  const found = await registry.getManifest(reference.value);
  if (found.state === "unknown") return fail(found.failure);
  if (found.state === "missing") return fail({ reason: "image-not-published", reference: text });
  const listed = listedIn(found.value);
  if (listed === undefined) return ok({ reference: reference.value, digest: found.value.digest });
  const own = listed.find(
    ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
  );
  if (own !== undefined) return ok({ reference: reference.value, digest: own.digest });
  const others = listed.flatMap(({ platform }) => platform?.architecture ?? []);
  return fail({ reason: "image-for-others", reference: text, architecture, others });
}

export type Claims = {
  readonly believed: Omit<VerifiedImage, "digest"> | undefined;
  /** Whose statement is believed, as it is in the registry. */
  readonly bundle: string | undefined;
  /** To all that were looked at before it. */
  readonly objections: readonly ImageObjection[];
};

const mostBundleBytes = 1024 * 1024;

type ClaimsRequest = Pick<VerifyRequest, "registry" | "trust" | "now"> & {
  /** Whose signatures count, of those who are trusted; all of them without it. */
  readonly rule?: ImageRule;
};

/** Looks at the statements beside an image until one is believed. */
export async function readClaims(
  request: ClaimsRequest,
  reference: Reference,
  digest: Digest,
): Promise<Result<Claims, RegistryFailure>> {
  const { registry, repository } = reference;
  const objections: ImageObjection[] = [];
  const asked = { subject: digest, artifactType: bundleType, mostBytes: mostBundleBytes };
  const bundles = attachmentsOf(request.registry, { registry, repository }, asked);
  for await (const bundle of bundles) {
    if (!bundle.ok) return bundle;
    const text = bundle.value.toString("utf8");
    const read = readClaim(text, request, { reference, digest });
    if (read.ok) return ok({ believed: read.value, bundle: text, objections });
    objections.push(read.failure);
  }
  return ok({ believed: undefined, bundle: undefined, objections });
}

function readClaim(
  text: string,
  { trust, now, rule }: ClaimsRequest,
  { reference, digest }: Published,
): Result<Omit<VerifiedImage, "digest">, ImageObjection> {
  const read = readStatement(text, ImageStatement, { trust, now });
  if (!read.ok) {
    const { failure } = read;
    return failure.kind === "tampered"
      ? fail({ signer: undefined, problem: `${failure.part}: ${failure.detail}` })
      : fail({ signer: failure.signer, problem: failure.detail });
  }
  const { statement, signer } = read.value;
  const [subject] = statement.subject;
  if (subject.digest.sha256 !== hexOf(digest)) return fail({ signer, problem: "of another image" });
  const problem = rule === undefined ? undefined : objectionToSigner(rule, signer);
  if (problem !== undefined) return fail({ signer, problem });
  const signedAs = statement.predicate.buildDefinition.externalParameters.reference;
  return isCalled(reference, signedAs)
    ? ok({ statement, signer })
    : fail({ signer, problem: `it is ${signedAs}` });
}

/**
 * What was signed as one image must not be had as another. A tag is who holds the registry's word; the end of the path
 * and the tag are what the image was signed as. By a digest alone it may be called anything.
 */
function isCalled({ repository, tag }: Reference, signedAs: string): boolean {
  if (tag === undefined) return true;
  const [path, signedTag] = splitReference(signedAs);
  return tag === signedTag && `/${repository}`.endsWith(`/${path.replace(/^slipway\//, "")}`);
}
