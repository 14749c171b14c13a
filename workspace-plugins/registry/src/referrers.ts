import { fail, hexOf, isDigest, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { missing, present, unknown } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { RegistryFailure } from "./failure.ts";
import type { Line } from "./line.ts";
import { getManifest, mediaTypes, putManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { isTag } from "./reference.ts";
import type { Reference, RepositoryName } from "./reference.ts";
import { fieldOf, invalidAnswer, jsonOf, readAtMost, refusalOf } from "./refusal.ts";

const mostIndexBytes = 4 * 1024 * 1024;

/** A manifest that says of another one (`subject`) what it is; in an index, an object of the image spec's descriptors. */
const descriptor = z.looseObject({
  digest: z.string().refine(isDigest),
  mediaType: z.string(),
  size: z.int().nonnegative(),
  artifactType: z.string().optional(),
});
const index = z.looseObject({ manifests: z.array(descriptor).max(1000) });

type ReferrerDescriptor = z.output<typeof descriptor>;

/**
 * Digests of the manifests of a type that refer to `subject`, in the registry's order: by its referrers API or, where it
 * has none, by the tag that stands for it (OCI distribution spec 1.1, "Listing Referrers" and "Referrers Tag Schema").
 */
export async function listReferrers(
  line: Line,
  name: RepositoryName,
  { subject, artifactType }: { readonly subject: Digest; readonly artifactType: string },
): Promise<Answer<readonly Digest[]>> {
  const asked = await askApi(line, name, subject);
  const found = asked.state === "missing" ? await readTagged(line, name, subject) : asked;
  if (found.state === "missing") return present([]);
  if (found.state === "unknown") return found;
  // A registry need not filter, and answers of what is not asked for.
  const wanted = new Set<Digest>();
  for (const one of found.value) {
    const type =
      one.artifactType === emptyConfigType
        ? await typeOf(line, name, one)
        : present(one.artifactType);
    if (type.state === "unknown") return type;
    if (type.state === "present" && type.value === artifactType) wanted.add(one.digest);
  }
  return present([...wanted]);
}

/** Registries from before version 1.1 tell the type of the config in place of the manifest's own. */
async function typeOf(
  line: Line,
  name: RepositoryName,
  { digest }: ReferrerDescriptor,
): Promise<Answer<string | undefined>> {
  const manifest = await getManifest(line, { ...repositoryOf(name), digest });
  if (manifest.state !== "present") return manifest;
  const type = fieldOf(jsonOf(manifest.value.bytes), "artifactType");
  return present(typeof type === "string" ? type : undefined);
}

const emptyConfigType = "application/vnd.oci.empty.v1+json";

/**
 * Puts a manifest that refers to `subject`. Where the registry has no referrers API the tag is renewed; of two clients
 * that do so at one moment the later one's list stays, as the specification has it.
 */
export async function putReferrer(
  line: Line,
  name: RepositoryName,
  { subject, artifactType, manifest }: Referrer,
): Promise<Result<Digest, RegistryFailure>> {
  const put = await putManifest(line, repositoryOf(name), manifest);
  if (!put.ok) return put;
  const asked = await askApi(line, name, subject);
  if (asked.state === "unknown") return fail(asked.failure);
  if (asked.state === "present") return put;
  const tagged = await readTagged(line, name, subject);
  if (tagged.state === "unknown") return fail(tagged.failure);
  const before = tagged.state === "present" ? tagged.value : [];
  if (before.some(({ digest }) => digest === put.value)) return put;
  const { mediaType, bytes } = manifest;
  const added = { mediaType, digest: put.value, size: bytes.byteLength, artifactType };
  const listed = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [...before, added],
  };
  const renewed = await putManifest(line, tagOf(name, subject), {
    mediaType: mediaTypes.ociIndex,
    bytes: Buffer.from(JSON.stringify(listed)),
  });
  return renewed.ok ? put : renewed;
}

export type Referrer = {
  readonly subject: Digest;
  readonly artifactType: string;
  readonly manifest: Pick<Manifest, "mediaType" | "bytes">;
};

/** `missing`: the registry has no such API. */
async function askApi(
  line: Line,
  name: RepositoryName,
  subject: Digest,
): Promise<Answer<readonly ReferrerDescriptor[]>> {
  const request = line.request(name, {
    method: "GET",
    path: `referrers/${subject}`,
    actions: "pull",
    headers: { accept: mediaTypes.ociIndex },
  });
  return line.question<readonly ReferrerDescriptor[]>(request, async (response) => {
    if (response.status === 404 || response.status === 405) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    const read = index.safeParse(jsonOf(await readAtMost(response.chunks, mostIndexBytes)));
    if (read.success) return ok(present(read.data.manifests));
    return fail(invalidAnswer(request, "referrers-invalid"));
  });
}

async function readTagged(
  line: Line,
  name: RepositoryName,
  subject: Digest,
): Promise<Answer<readonly ReferrerDescriptor[]>> {
  const tagged = await getManifest(line, tagOf(name, subject));
  if (tagged.state !== "present") return tagged;
  const read = index.safeParse(jsonOf(tagged.value.bytes));
  if (read.success) return present(read.data.manifests);
  const request = line.request(name, {
    method: "GET",
    path: `manifests/${tagOf(name, subject).tag}`,
    actions: "pull",
  });
  return unknown(invalidAnswer(request, "referrers-invalid"));
}

function repositoryOf({ registry, repository }: RepositoryName): RepositoryName {
  return { registry, repository };
}

function tagOf(
  name: RepositoryName,
  subject: Digest,
): Reference & Required<Pick<Reference, "tag">> {
  const tag = `sha256-${hexOf(subject)}`;
  if (!isTag(tag)) throw new Error(`internal: not a tag: ${tag}`);
  return { ...repositoryOf(name), tag };
}
