import { buffer } from "node:stream/consumers";
import { digestOf, fail, isDigest, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { missing, present } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Registry } from "./client.ts";
import type { RegistryFailure } from "./failure.ts";
import { mediaTypes } from "./manifest.ts";
import type { RepositoryName } from "./reference.ts";
import { jsonOf } from "./refusal.ts";

/** A manifest that others refer to. */
export type Subject = {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
};

/** Bytes that say something of a subject, and of which type they are. */
export type Attachment = { readonly artifactType: string; readonly bytes: Buffer<ArrayBuffer> };

const emptyConfig = Buffer.from("{}");

/**
 * Puts bytes beside their subject, unless the same are there: what is attached has no time, so that its digest tells.
 * The subject needs not be there yet.
 */
export async function attach(
  registry: Registry,
  name: RepositoryName,
  subject: Subject,
  attachment: Attachment,
): Promise<Result<"attached" | "was-attached", RegistryFailure>> {
  const { artifactType, bytes } = attachment;
  const manifest = writeManifest(subject, attachment);
  const there = await registry.listReferrers(name, { subject: subject.digest, artifactType });
  if (there.state === "unknown") return fail(there.failure);
  if (there.state === "present" && there.value.includes(digestOf(manifest))) {
    return ok("was-attached");
  }
  for (const blob of [emptyConfig, bytes]) {
    const sent = await registry.uploadBlob(name, digestOf(blob), new Blob([blob]));
    if (!sent.ok) return sent;
  }
  const put = await registry.putReferrer(name, {
    subject: subject.digest,
    artifactType,
    manifest: { mediaType: mediaTypes.ociManifest, bytes: manifest },
  });
  return put.ok ? ok("attached") : put;
}

/** An artifact manifest with one layer (OCI image spec 1.1, "Guidelines for Artifact Usage"). */
function writeManifest(subject: Subject, { artifactType, bytes }: Attachment): Buffer<ArrayBuffer> {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: {
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: digestOf(emptyConfig),
      size: emptyConfig.byteLength,
    },
    layers: [{ mediaType: artifactType, digest: digestOf(bytes), size: bytes.byteLength }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.sizeBytes },
  };
  return Buffer.from(JSON.stringify(manifest));
}

const mostAttachments = 32;

/**
 * The bytes that are attached to a subject, of one type, each of at most `mostBytes`; what is no attachment, or is gone
 * by now, is left out.
 */
export async function* attachmentsOf(
  registry: Registry,
  name: RepositoryName,
  asked: {
    readonly subject: Digest;
    readonly artifactType: string;
    readonly mostBytes: number;
  },
): AsyncGenerator<Result<Buffer, RegistryFailure>, void, undefined> {
  const listed = await registry.listReferrers(name, asked);
  if (listed.state === "unknown") return yield fail(listed.failure);
  if (listed.state === "missing") return;
  for (const digest of listed.value.slice(0, mostAttachments)) {
    const bytes = await attachmentAt(registry, name, { digest, mostBytes: asked.mostBytes });
    if (bytes.state === "unknown") yield fail(bytes.failure);
    if (bytes.state === "present") yield ok(bytes.value);
  }
}

const ArtifactManifest = z.looseObject({
  layers: z.tuple([
    z.looseObject({ digest: z.string().refine(isDigest), size: z.int().nonnegative() }),
  ]),
});

async function attachmentAt(
  registry: Registry,
  name: RepositoryName,
  { digest, mostBytes }: { readonly digest: Digest; readonly mostBytes: number },
): Promise<Answer<Buffer>> {
  const manifest = await registry.getManifest({ ...name, digest });
  if (manifest.state !== "present") return manifest;
  const [layer] = ArtifactManifest.safeParse(jsonOf(manifest.value.bytes)).data?.layers ?? [];
  if (layer === undefined || layer.size > mostBytes) return missing;
  const described = { digest: layer.digest, sizeBytes: layer.size };
  const bytes = await registry.readBlob(name, described, async (chunks) => buffer(chunks));
  return bytes.state === "present" ? present(bytes.value) : bytes;
}
