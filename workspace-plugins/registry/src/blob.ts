import { fail, ok, openDigest } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { missing, present } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { RegistryFailure } from "./failure.ts";
import { redactedUrl } from "./http.ts";
import type { HttpRequest } from "./http.ts";
import { apiOf } from "./reference.ts";
import type { RepositoryName } from "./reference.ts";
import { refusalOf } from "./refusal.ts";
import type { Line } from "./line.ts";

/** Digest and size of a blob, as a manifest states them. */
export type Descriptor = { readonly digest: Digest; readonly sizeBytes: number };

export async function headBlob(
  line: Line,
  name: RepositoryName,
  digest: Digest,
): Promise<Answer<{ readonly sizeBytes: number }>> {
  const request = { method: "HEAD", url: new URL(`blobs/${digest}`, apiOf(name)) } as const;
  return line.question(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    return ok(present({ sizeBytes: Number(response.header("content-length") ?? 0) }));
  });
}

/**
 * Gives the bytes to `into`, which must read them all and may be called again after a broken connection. The stream
 * ends only when size and digest were right and throws otherwise, so what `into` does after the last piece, such as
 * a rename, happens to verified bytes alone.
 */
export async function readBlob<Value>(
  line: Line,
  name: RepositoryName,
  descriptor: Descriptor,
  into: (chunks: AsyncIterable<Uint8Array>) => Promise<Value>,
): Promise<Answer<Value>> {
  const request: HttpRequest = {
    method: "GET",
    url: new URL(`blobs/${descriptor.digest}`, apiOf(name)),
  };
  return line.question<Value>(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    try {
      return ok(present(await into(verified(response.chunks, name, descriptor))));
    } catch (error) {
      if (error instanceof MismatchError) return fail(error.failure);
      throw error;
    }
  });
}

/** Where the registry lacks it; all of it again after a failure, since a half-done upload cannot be trusted. */
export async function uploadBlob(
  line: Line,
  name: RepositoryName,
  digest: Digest,
  body: Blob,
): Promise<Result<"present" | "uploaded", RegistryFailure>> {
  return line.step<"present" | "uploaded">(async () => {
    const there = await headBlob(line.once, name, digest);
    if (there.state === "unknown") return fail(there.failure);
    if (there.state === "present") return ok("present");
    const location = await openUpload(line, name);
    if (!location.ok) return location;
    return sendUpload(line, location.value, digest, body);
  });
}

async function openUpload(line: Line, name: RepositoryName): Promise<Result<URL, RegistryFailure>> {
  const request = { method: "POST", url: new URL("blobs/uploads/", apiOf(name)) } as const;
  const asked = { method: request.method, url: redactedUrl(request.url) };
  return line.exchange(request, async (response) => {
    if (response.status !== 202) return fail(await refusalOf(request, response));
    const text = response.header("location");
    const location = URL.parse(text ?? "", request.url);
    if (text === undefined || location === null) {
      return fail({ reason: "response-invalid", ...asked, problem: "location-missing" });
    }
    if (location.origin !== request.url.origin) {
      return fail({
        reason: "upload-location-foreign",
        ...asked,
        location: redactedUrl(location),
      });
    }
    return ok(location);
  });
}

async function sendUpload(
  line: Line,
  location: URL,
  digest: Digest,
  body: Blob,
): Promise<Result<"uploaded", RegistryFailure>> {
  // The registry's own query is opaque: parsing and printing it again could change it.
  const joint = location.search === "" ? "?" : "&";
  const request = {
    method: "PUT",
    url: new URL(`${location.href}${joint}digest=${encodeURIComponent(digest)}`),
    headers: { "content-type": "application/octet-stream" },
    body,
  } as const;
  return line.exchange(request, async (response) =>
    response.status === 201 ? ok("uploaded") : fail(await refusalOf(request, response)),
  );
}

class MismatchError extends Error {
  readonly failure: RegistryFailure;
  constructor(failure: RegistryFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  name: RepositoryName,
  descriptor: Descriptor,
): AsyncGenerator<Uint8Array, void, undefined> {
  const mismatch = (actual: Digest | "too-long", actualBytes: number) =>
    new MismatchError({
      reason: "blob-mismatch",
      repository: `${name.registry}/${name.repository}`,
      expected: descriptor.digest,
      expectedBytes: descriptor.sizeBytes,
      actual,
      actualBytes,
    });
  const hashing = openDigest();
  let seenBytes = 0;
  for await (const chunk of chunks) {
    seenBytes += chunk.byteLength;
    if (seenBytes > descriptor.sizeBytes) throw mismatch("too-long", seenBytes);
    hashing.update(chunk);
    yield chunk;
  }
  const actual = hashing.end();
  if (actual.digest !== descriptor.digest || actual.sizeBytes !== descriptor.sizeBytes) {
    throw mismatch(actual.digest, actual.sizeBytes);
  }
}
