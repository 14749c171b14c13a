import { fail, ok, openDigest, relieve } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { missing, present } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { resuming } from "./download.ts";
import type { RegistryFailure } from "./failure.ts";
import { BrokenResponse } from "./http.ts";
import { answerOf } from "./line.ts";
import type { Line } from "./line.ts";
import type { RepositoryName } from "./reference.ts";
import { refusalOf } from "./refusal.ts";

/** Digest and size of a blob, as a manifest states them. */
export type Descriptor = { readonly digest: Digest; readonly sizeBytes: number };

/** `sizeBytes`: as the registry says; some do not. */
export async function headBlob(
  line: Line,
  name: RepositoryName,
  digest: Digest,
): Promise<Answer<{ readonly sizeBytes: number | undefined }>> {
  const path = `blobs/${digest}`;
  const request = line.request(name, { method: "HEAD", path, actions: "pull" });
  return line.question(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    const length = response.header("content-length") ?? "";
    return ok(present({ sizeBytes: /^\d+$/.test(length) ? Number(length) : undefined }));
  });
}

/**
 * Gives the bytes to `into`, which must read them all and may be called again after a failure. A connection that breaks
 * is taken up where it broke. The stream ends only when size and digest were right and throws otherwise, so what `into`
 * does after the last piece, such as a rename, happens to verified bytes alone.
 */
export async function readBlob<Value>(
  line: Line,
  name: RepositoryName,
  descriptor: Descriptor,
  into: (chunks: AsyncIterable<Uint8Array>) => Promise<Value>,
): Promise<Answer<Value>> {
  const path = `blobs/${descriptor.digest}`;
  const request = line.request(name, { method: "GET", path, actions: "pull" });
  const read = await line.step<Answer<Value>>(async () => {
    const opened = await line.open(request);
    if (!opened.ok) return opened;
    await using response = opened.value;
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    try {
      const chunks = resuming(line, request, response);
      return ok(present(await into(verified(chunks, name, descriptor))));
    } catch (error) {
      if (error instanceof MismatchError || error instanceof BrokenResponse) {
        return fail(error.failure);
      }
      throw error;
    }
  });
  return answerOf(read);
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
    relieve(chunk.byteLength);
  }
  const actual = hashing.end();
  if (actual.digest !== descriptor.digest || actual.sizeBytes !== descriptor.sizeBytes) {
    throw mismatch(actual.digest, actual.sizeBytes);
  }
}
