import { buffer } from "node:stream/consumers";
import { readStatement } from "@slipway/attestation";
import type { Trust } from "@slipway/attestation";
import { bundleType } from "@slipway/attestation/statement-types";
import { formatReference, isTag, parseReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { attachmentsOf } from "@slipway/registry/attachments";
import { fail, hexOf, ok, parseJson } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { readArchive } from "./archive.ts";
import { parseVersion } from "./constraint.ts";
import type { Version } from "./constraint.ts";
import type { ModulesFailure, SignatureObjection } from "./failure.ts";
import { contentOf, parseArtefact } from "./module-artefact.ts";
import type { ModuleLayer } from "./module-artefact.ts";
import { contentDigest } from "./module-files.ts";
import type { ModuleFile } from "./module-files.ts";
import { ModuleStatement } from "./module-statement.ts";
import { manifestOf } from "./manifest.ts";
import type { ModuleManifest, Platform } from "./manifest.ts";
import type { Located } from "./resolve.ts";

type Failure = ModulesFailure | RegistryFailure;

/** A version of a module as it lies in a registry. Nothing of it is believed before its signature is verified. */
export type PublishedModule = {
  readonly reference: Reference;
  /** Of its manifest in the registry. */
  readonly digest: Digest;
  readonly manifest: ModuleManifest;
  readonly layers: readonly ModuleLayer[];
};

/** The tags that are versions; a repository that is not there has none. */
export async function publishedVersions(
  registry: Registry,
  { place }: Located,
): Promise<Result<readonly Version[], Failure>> {
  const repository = parseReference(place);
  if (!repository.ok) return repository;
  const tags = await registry.listTags(repository.value);
  if (tags.state === "unknown") return fail(tags.failure);
  if (tags.state === "missing") return ok([]);
  return ok(tags.value.map((tag) => parseVersion(tag)).filter((version) => version !== undefined));
}

export async function readPublished(
  registry: Registry,
  { name, place }: Located,
  version: Version,
): Promise<Result<PublishedModule, Failure>> {
  const repository = parseReference(place);
  if (!repository.ok) return repository;
  if (!isTag(version)) throw new Error(`internal: a version that is no tag: ${version}`);
  const reference = { ...repository.value, tag: version };
  const shown = formatReference(reference);
  const invalid = (problem: string): Result<never, Failure> =>
    fail({ reason: "module-artefact-invalid", reference: shown, problem });
  const found = await registry.getManifest(reference);
  if (found.state === "unknown") return fail(found.failure);
  if (found.state === "missing") return fail({ reason: "module-missing", reference: shown });
  const artefact = parseArtefact(found.value.bytes);
  if (!artefact.ok) return invalid(artefact.failure);
  const { config, layers } = artefact.value;
  const bytes = await registry.readBlob(reference, config, async (chunks) => buffer(chunks));
  if (bytes.state === "unknown") return fail(bytes.failure);
  if (bytes.state === "missing") return invalid("its manifest is not there");
  const manifest = manifestOf(parseJson(bytes.value.toString("utf8")));
  if (!manifest.ok) {
    const [first] = manifest.failure;
    return invalid(`${first?.path.map(String).join(".") ?? ""}: ${first?.message ?? ""}`);
  }
  const { name: own, version: ownVersion } = manifest.value;
  if (own !== name || ownVersion !== version) return invalid(`it is ${own} ${ownVersion}`);
  return ok({ reference, digest: found.value.digest, manifest: manifest.value, layers });
}

/** Who has to have signed what. */
export type Wanted = {
  readonly name: string;
  readonly version: string;
  readonly content: Readonly<Partial<Record<Platform, Digest>>>;
  /** Of the manifest in the registry; not asked for of what was kept. */
  readonly manifestDigest?: Digest | undefined;
};

export type Judge = { readonly trust: Trust; readonly now: Date };

/** What there is against a signed statement; `undefined` where it says what is wanted and its signer is trusted. */
export function objectionTo(
  text: string,
  wanted: Wanted,
  judge: Judge,
): SignatureObjection | undefined {
  const read = readStatement(text, ModuleStatement, judge);
  if (!read.ok) {
    const { failure } = read;
    return failure.kind === "tampered"
      ? { signer: undefined, problem: `${failure.part}: ${failure.detail}` }
      : { signer: failure.signer, problem: failure.detail };
  }
  const { statement, signer } = read.value;
  const { name, version, content } = statement.predicate.buildDefinition.externalParameters;
  const [subject] = statement.subject;
  const { manifestDigest } = wanted;
  const isOfContent = Object.entries(wanted.content).every(
    ([platform, digest]) =>
      digest !== undefined &&
      Object.entries(content).some(([of, hex]) => of === platform && hex === hexOf(digest)),
  );
  const isOfManifest =
    manifestDigest === undefined || subject.digest.sha256 === hexOf(manifestDigest);
  return name === wanted.name && version === wanted.version && isOfContent && isOfManifest
    ? undefined
    : { signer, problem: "of other content" };
}

const mostBundleBytes = 256 * 1024;

/** The text of a statement about a module by somebody who is trusted. */
export async function findSignature(
  registry: Registry,
  published: PublishedModule,
  judge: Judge,
): Promise<Result<string, Failure>> {
  const { reference, digest, manifest, layers } = published;
  const { name, version } = manifest;
  const wanted = { name, version, content: contentOf(layers), manifestDigest: digest };
  const asked = { subject: digest, artifactType: bundleType, mostBytes: mostBundleBytes };
  const objections: SignatureObjection[] = [];
  for await (const bundle of attachmentsOf(registry, reference, asked)) {
    if (!bundle.ok) return bundle;
    const text = bundle.value.toString("utf8");
    const objection = objectionTo(text, wanted, judge);
    if (objection === undefined) return ok(text);
    objections.push(objection);
  }
  return fail({ reason: "module-unsigned", reference: formatReference(reference), objections });
}

/** The files of a layer, which are those that it says. */
export async function readLayer(
  registry: Registry,
  { reference, manifest: { name } }: PublishedModule,
  { layer, content }: ModuleLayer,
): Promise<Result<readonly ModuleFile[], Failure>> {
  const bytes = await registry.readBlob(reference, layer, async (chunks) => buffer(chunks));
  if (bytes.state === "unknown") return fail(bytes.failure);
  const place = formatReference(reference);
  if (bytes.state === "missing") {
    return fail({
      reason: "module-artefact-invalid",
      reference: place,
      problem: "its layer is not there",
    });
  }
  const files = await readArchive(bytes.value);
  if (!files.ok) return fail({ reason: "module-files-refused", module: name, ...files.failure });
  const actual = contentDigest(files.value);
  return actual === content
    ? files
    : fail({ reason: "module-changed", module: name, place, expected: content, actual });
}
