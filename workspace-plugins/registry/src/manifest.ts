import { digestOf, fail, ok, parseDigest } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { missing, present } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { RegistryFailure } from "./failure.ts";
import { redactedUrl } from "./http.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import type { Line } from "./line.ts";
import { apiOf } from "./reference.ts";
import type { Reference } from "./reference.ts";
import { readAtMost, refusalOf } from "./refusal.ts";

export const mediaTypes = {
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
} as const;

export type Manifest = {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer<ArrayBuffer>;
};

const accept = Object.values(mediaTypes).join(", ");
/** What the distribution spec asks every registry to take; larger is an attack or a mistake. */
const mostManifestBytes = 4 * 1024 * 1024;

/** One HEAD; a second request only of a registry that does not name the digest in its answer. */
export async function headManifest(
  line: Line,
  reference: Reference,
): Promise<Answer<{ readonly digest: Digest }>> {
  const request: HttpRequest = { method: "HEAD", url: urlOf(reference), headers: { accept } };
  const answer = await line.question<Digest | undefined>(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    return ok(present(parseDigest(response.header("docker-content-digest") ?? "")));
  });
  if (answer.state !== "present") return answer;
  if (answer.value !== undefined) return present({ digest: answer.value });
  return getManifest(line, reference);
}

/** The digest is of the bytes that came, and is the asked one where the reference is pinned. */
export async function getManifest(line: Line, reference: Reference): Promise<Answer<Manifest>> {
  const request: HttpRequest = { method: "GET", url: urlOf(reference), headers: { accept } };
  return line.question<Manifest>(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    const manifest = await manifestIn(request, response);
    if (!manifest.ok) return manifest;
    const { digest } = manifest.value;
    if (reference.digest !== undefined && reference.digest !== digest) {
      return fail(mismatch(request, reference.digest, digest));
    }
    return ok(present(manifest.value));
  });
}

/** Under the reference's tag, else under its digest. Safe to repeat: the same bytes name the same thing. */
export async function putManifest(
  line: Line,
  reference: Reference,
  manifest: { readonly mediaType: string; readonly bytes: Buffer<ArrayBuffer> },
): Promise<Result<Digest, RegistryFailure>> {
  const digest = digestOf(manifest.bytes);
  const request: HttpRequest = {
    method: "PUT",
    url: urlOf(reference.tag === undefined ? { ...reference, digest } : withoutDigest(reference)),
    headers: { "content-type": manifest.mediaType },
    body: new Blob([manifest.bytes]),
  };
  return line.step(() =>
    line.exchange(request, async (response) => {
      if (response.status !== 201) return fail(await refusalOf(request, response));
      const named = response.header("docker-content-digest") ?? digest;
      return named === digest ? ok(digest) : fail(mismatch(request, digest, named));
    }),
  );
}

async function manifestIn(
  request: HttpRequest,
  response: HttpResponse,
): Promise<Result<Manifest, RegistryFailure>> {
  const bytes = await readAtMost(response.chunks, mostManifestBytes);
  if (bytes === undefined) {
    const asked = { method: request.method, url: redactedUrl(request.url) };
    return fail({ reason: "response-invalid", ...asked, problem: "manifest-too-large" });
  }
  const [mediaType = ""] = (response.header("content-type") ?? "").split(";");
  return ok({ digest: digestOf(bytes), mediaType: mediaType.trim(), bytes });
}

function mismatch(request: HttpRequest, expected: Digest, actual: string): RegistryFailure {
  const asked = { method: request.method, url: redactedUrl(request.url) };
  return { reason: "manifest-mismatch", ...asked, expected, actual: actual.slice(0, 100) };
}

function urlOf(reference: Reference): URL {
  return new URL(`manifests/${reference.digest ?? reference.tag ?? "latest"}`, apiOf(reference));
}

function withoutDigest({ registry, repository, tag }: Reference): Reference {
  return { registry, repository, ...(tag === undefined ? {} : { tag }) };
}
