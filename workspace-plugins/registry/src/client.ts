import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { Answer } from "./answer.ts";
import { openAuthorization } from "./authorization.ts";
import { headBlob, readBlob } from "./blob.ts";
import type { Descriptor } from "./blob.ts";
import type { Body } from "./body.ts";
import type { FindCredential } from "./credential.ts";
import type { RegistryFailure } from "./failure.ts";
import { openLimit } from "./limit.ts";
import { openLine } from "./line.ts";
import type { Line } from "./line.ts";
import type { Referrer } from "./referrers.ts";
import { deleteManifest, getManifest, headManifest, putManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import type { Reference, RegistryHost, Repository, RepositoryName } from "./reference.ts";
import { refusalOf } from "./refusal.ts";
import { defaultRetryPolicy } from "./retry.ts";
import type { RetryPolicy } from "./retry.ts";
import { listTags } from "./tags.ts";
import { uploadBlob } from "./upload.ts";
import type { Uploaded } from "./upload.ts";

export type RegistryOptions = {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** Whose requests they are; without it, anybody's. */
  readonly findCredential?: FindCredential;
  /** Hosts that are spoken to without TLS, beside this machine. */
  readonly plainHosts?: ReadonlySet<RegistryHost>;
  /** Requests under way at one time. */
  readonly parallel?: number;
  /** Larger uploads are sent in pieces of so many bytes. */
  readonly chunkBytes?: number;
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
  ) => Promise<Answer<{ readonly sizeBytes: number | undefined }>>;
  readonly readBlob: <Value>(
    name: RepositoryName,
    descriptor: Descriptor,
    into: (chunks: AsyncIterable<Uint8Array>) => Promise<Value>,
  ) => Promise<Answer<Value>>;
  readonly uploadBlob: (
    name: RepositoryName,
    digest: Digest,
    body: Body,
    mountFrom?: Repository,
  ) => Promise<Result<Uploaded, RegistryFailure>>;
  readonly listTags: (name: RepositoryName) => Promise<Answer<readonly string[]>>;
  /** Digests of the manifests of that type that refer to `subject`, in the registry's order. */
  readonly listReferrers: (
    name: RepositoryName,
    asked: Pick<Referrer, "subject" | "artifactType">,
  ) => Promise<Answer<readonly Digest[]>>;
  /** The manifest has to name the subject; so that it is found, also where a registry has no list of its own. */
  readonly putReferrer: (
    name: RepositoryName,
    referrer: Referrer,
  ) => Promise<Result<Digest, RegistryFailure>>;
  /** With it go all tags that point to it. */
  readonly deleteManifest: (name: RepositoryName, digest: Digest) => Promise<Answer<"deleted">>;
  /** Whether the host is a registry that takes the credential that was found for it. */
  readonly checkAccess: (host: RegistryHost) => Promise<Result<"accepted", RegistryFailure>>;
};

/** Some registries take no smaller pieces than 5 MiB, and some no larger requests than 100 MB. */
const defaultChunkBytes = 32 * 1024 * 1024;

export function openRegistry(options: RegistryOptions = {}): Registry {
  const signal = options.signal ?? new AbortController().signal;
  const plainHosts = options.plainHosts ?? new Set();
  const http = {
    signal,
    timeoutMs: options.timeoutMs ?? 30_000,
    counted: options.counted ?? (() => {}),
    limit: openLimit(options.parallel ?? 8),
  };
  const findCredential = options.findCredential ?? (async () => ok(undefined));
  const authorization = openAuthorization({
    http,
    findCredential,
    now: () => performance.now(),
  });
  const policy = options.retry ?? defaultRetryPolicy;
  const line = openLine({ authorization, policy, signal, plainHosts });
  const chunkBytes = options.chunkBytes ?? defaultChunkBytes;
  return {
    headManifest: (reference) => headManifest(line, reference),
    getManifest: (reference) => getManifest(line, reference),
    putManifest: (reference, manifest) => putManifest(line, reference, manifest),
    headBlob: (name, digest) => headBlob(line, name, digest),
    readBlob: (name, descriptor, into) => readBlob(line, name, descriptor, into),
    uploadBlob: (name, digest, body, mountFrom) =>
      uploadBlob(line, name, digest, body, { mountFrom, chunkBytes }),
    // Loaded here: only what is signed has them.
    listReferrers: async (name, asked) =>
      (await import("./referrers.ts")).listReferrers(line, name, asked),
    putReferrer: async (name, referrer) =>
      (await import("./referrers.ts")).putReferrer(line, name, referrer),
    listTags: (name) => listTags(line, name),
    deleteManifest: (name, digest) => deleteManifest(line, name, digest),
    checkAccess: (registry) => checkAccess(line, registry),
  };
}

async function checkAccess(
  line: Line,
  registry: RegistryHost,
): Promise<Result<"accepted", RegistryFailure>> {
  const request = line.rootRequest(registry);
  return line.step(() =>
    line.exchange(request, async (response) =>
      response.status === 200 ? ok("accepted") : fail(await refusalOf(request, response)),
    ),
  );
}
