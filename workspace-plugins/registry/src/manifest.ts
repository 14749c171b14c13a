import { digestOf, fail, ok, parseDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { missing, present } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { RegistryFailure } from "./failure.ts";
import { redactedUrl } from "./http.ts";
import type { HttpResponse } from "./http.ts";
import type { RegistryRequest } from "./authorization.ts";
import type { Line } from "./line.ts";
import type { Reference, RepositoryName } from "./reference.ts";
import { invalidAnswer, readAtMost, refusalOf } from "./refusal.ts";

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
  const request = readOf(line, reference, "HEAD");
  const answer = await line.question<Digest | undefined>(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    return ok(present(parseDigest(response.header("docker-content-digest") ?? "")));
  });
  if (answer.state !== "present") return answer;
  if (answer.value !== undefined) return present({ digest: answer.value });
  return getManifest(line, reference);
}

/** The digest is of the bytes that came: the asked one where the reference is pinned, and the one that the registry names. */
export async function getManifest(line: Line, reference: Reference): Promise<Answer<Manifest>> {
  const request = readOf(line, reference, "GET");
  return line.question<Manifest>(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    const manifest = await manifestIn(request, response);
    if (!manifest.ok) return manifest;
    const { digest } = manifest.value;
    const named = parseDigest(response.header("docker-content-digest") ?? "");
    const expected = reference.digest ?? named ?? digest;
    if (expected !== digest) return fail(mismatch(request, expected, digest));
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
  const request = line.request(reference, {
    method: "PUT",
    path: `manifests/${reference.tag ?? digest}`,
    actions: "pull,push",
    headers: { "content-type": manifest.mediaType },
    body: new Blob([manifest.bytes]),
  });
  return line.step(() =>
    line.exchange(request, async (response) => {
      if (response.status !== 201) return fail(await refusalOf(request, response));
      const named = response.header("docker-content-digest") ?? digest;
      return named === digest ? ok(digest) : fail(mismatch(request, digest, named));
    }),
  );
}

/** Takes away a manifest and with it every tag that points to it. */
export async function deleteManifest(
  line: Line,
  name: RepositoryName,
  digest: Digest,
): Promise<Answer<"deleted">> {
  const path = `manifests/${digest}`;
  const request = line.request(name, { method: "DELETE", path, actions: "delete" });
  return line.question<"deleted">(request, async (response) => {
    if (response.status === 404) return ok(missing);
    const isDone = response.status === 202 || response.status === 200;
    return isDone ? ok(present("deleted")) : fail(await refusalOf(request, response));
  });
}

async function manifestIn(
  request: RegistryRequest,
  response: HttpResponse,
): Promise<Result<Manifest, RegistryFailure>> {
  const bytes = await readAtMost(response.chunks, mostManifestBytes);
  if (bytes === undefined) {
    return fail(invalidAnswer(request, "manifest-too-large"));
  }
  const [mediaType = ""] = (response.header("content-type") ?? "").split(";");
  return ok({ digest: digestOf(bytes), mediaType: mediaType.trim(), bytes });
}

function mismatch(request: RegistryRequest, expected: Digest, actual: string): RegistryFailure {
  const asked = { method: request.method, url: redactedUrl(request.url) };
  return { reason: "manifest-mismatch", ...asked, expected, actual: actual.slice(0, 100) };
}

function readOf(line: Line, reference: Reference, method: "GET" | "HEAD"): RegistryRequest {
  const path = `manifests/${reference.digest ?? reference.tag ?? "latest"}`;
  return line.request(reference, { method, path, actions: "pull", headers: { accept } });
}
