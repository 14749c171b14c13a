import type { Digest, Result } from "@slipway/signature";
import type { Answer } from "./answer.ts";
import { headBlob, readBlob, uploadBlob } from "./blob.ts";
import type { Descriptor } from "./blob.ts";
import type { RegistryFailure } from "./failure.ts";
import { openLine } from "./line.ts";
import { getManifest, headManifest, putManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import type { Reference, RepositoryName } from "./reference.ts";
import { defaultRetryPolicy } from "./retry.ts";
import type { RetryPolicy } from "./retry.ts";
import { listTags } from "./tags.ts";

export type RegistryOptions = {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** Called for every request sent, retries included. */
  readonly counted?: (question: string) => void;
};

/** A client for any registry: each reference names its host. */
export type Registry = {
  readonly headManifest: (reference: Reference) => Promise<Answer<{ readonly digest: Digest }>>;
  readonly getManifest: (reference: Reference) => Promise<Answer<Manifest>>;
  readonly putManifest: (
    reference: Reference,
    manifest: { readonly mediaType: string; readonly bytes: Buffer<ArrayBuffer> },
  ) => Promise<Result<Digest, RegistryFailure>>;
  readonly headBlob: (
    name: RepositoryName,
    digest: Digest,
  ) => Promise<Answer<{ readonly sizeBytes: number }>>;
  readonly readBlob: <Value>(
    name: RepositoryName,
    descriptor: Descriptor,
    into: (chunks: AsyncIterable<Uint8Array>) => Promise<Value>,
  ) => Promise<Answer<Value>>;
  readonly uploadBlob: (
    name: RepositoryName,
    digest: Digest,
    body: Blob,
  ) => Promise<Result<"present" | "uploaded", RegistryFailure>>;
  readonly listTags: (name: RepositoryName) => Promise<Answer<readonly string[]>>;
};

export function openRegistry(options: RegistryOptions = {}): Registry {
  const http = {
    signal: options.signal ?? new AbortController().signal,
    timeoutMs: options.timeoutMs ?? 30_000,
    counted: options.counted ?? (() => {}),
  };
  const line = openLine(http, options.retry ?? defaultRetryPolicy);
  return {
    headManifest: (reference) => headManifest(line, reference),
    getManifest: (reference) => getManifest(line, reference),
    putManifest: (reference, manifest) => putManifest(line, reference, manifest),
    headBlob: (name, digest) => headBlob(line, name, digest),
    readBlob: (name, descriptor, into) => readBlob(line, name, descriptor, into),
    uploadBlob: (name, digest, body) => uploadBlob(line, name, digest, body),
    listTags: (name) => listTags(line, name),
  };
}
