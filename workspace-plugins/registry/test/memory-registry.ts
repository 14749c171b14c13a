import { X509Certificate, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { z } from "zod";

/** What the registry would say of a request, before a fault has its way with it. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** Sends something else, or the same in a bad way. What is asked for is done when `reply` is called, and not without. */
export type Fault = (
  reply: () => Reply,
  response: ServerResponse,
  request: IncomingMessage,
) => void;

export type MemoryRegistry = AsyncDisposable & {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Method and URL of each request, in order. */
  readonly asked: readonly string[];
  readonly requests: readonly IncomingMessage[];
  /** How many were ever made. */
  readonly connections: () => number;
  /** The next so many requests whose method and URL match are answered by the fault; all of them without a number. */
  readonly misbehave: (which: RegExp, fault: Fault, times?: number) => void;
};

export type TokenCheck = {
  readonly realm: string;
  readonly service: string;
  /** Of the key that signs the tokens. */
  readonly certificateFile: string;
};

/** A registry (OCI distribution-spec 1.1) on a loopback port, all in memory, which counts and can be made to misbehave. */
export async function serveMemory(
  options: { readonly tokens?: TokenCheck } = {},
): Promise<MemoryRegistry> {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  const faults: { readonly which: RegExp; readonly fault: Fault; left: number }[] = [];
  const content = openContent();
  let connections = 0;
  const server = createServer((request, response) => {
    const question = `${request.method} ${request.url}`;
    asked.push(question);
    requests.push(request);
    void (async () => {
      const body = await bodyOf(request);
      // The sender went away in the middle: a registry keeps nothing of it.
      if (body === undefined) return;
      const refused = refusedToken(request, options.tokens);
      const reply = () => refused ?? content.replyTo(request, body);
      const misdeed = faults.find(({ which, left }) => left > 0 && which.test(question));
      if (misdeed === undefined) return answer(reply(), response);
      misdeed.left -= 1;
      misdeed.fault(reply, response, request);
    })();
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("internal: no port");
  return {
    host: `127.0.0.1:${address.port}`,
    asked,
    requests,
    connections: () => connections,
    misbehave: (which, fault, times = Number.POSITIVE_INFINITY) =>
      void faults.push({ which, fault, left: times }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

export function answer({ status, headers, body }: Reply, response: ServerResponse): void {
  response.writeHead(status, headers).end(body);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  try {
    return await buffer(request);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

const errorBody = (code: string): Buffer =>
  Buffer.from(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));

const refusal = (status: number, code: string): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: errorBody(code),
});

const empty = Buffer.alloc(0);
const said = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer = empty,
): Reply => ({ status, headers: { "content-length": String(body.byteLength), ...headers }, body });

type Repository = {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Buffer }>;
  readonly tags: Map<string, string>;
};

type Asked = {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly name: string;
  readonly repository: Repository;
  readonly rest: string;
  readonly body: Buffer;
};

function openContent(): { readonly replyTo: (request: IncomingMessage, body: Buffer) => Reply } {
  const repositories = new Map<string, Repository>();
  const uploads = new Map<string, Buffer>();
  return {
    replyTo: (request, body) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (url.pathname === "/v2/") return said(200);
      const match = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags)\/(.*)$/.exec(url.pathname);
      const [, name = "", kind = "", rest = ""] = match ?? [];
      const known = repositories.get(name);
      const repository = known ?? { blobs: new Map(), manifests: new Map(), tags: new Map() };
      const asked = { request, url, name, repository, rest, body };
      const reply = replyOf(kind, asked, uploads, repositories);
      if (known === undefined && reply.status === 201) repositories.set(name, repository);
      return reply;
    },
  };
}

function replyOf(
  kind: string,
  asked: Asked,
  uploads: Map<string, Buffer>,
  repositories: ReadonlyMap<string, Repository>,
): Reply {
  if (kind === "blobs/uploads") return uploadReply(asked, uploads, repositories);
  if (kind === "blobs") return blobReply(asked);
  if (kind === "manifests") return manifestReply(asked);
  return kind === "tags" ? tagsReply(asked) : refusal(404, "NOT_FOUND");
}

function blobReply({ request, repository, rest }: Asked): Reply {
  const blob = repository.blobs.get(rest);
  if (blob === undefined) return refusal(404, "BLOB_UNKNOWN");
  const headers = { "docker-content-digest": rest, "content-type": "application/octet-stream" };
  if (request.method === "HEAD") {
    return said(200, { ...headers, "content-length": String(blob.byteLength) });
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from === 0) return said(200, headers, blob);
  const range = `bytes ${from}-${blob.byteLength - 1}/${blob.byteLength}`;
  return said(206, { ...headers, "content-range": range }, blob.subarray(from));
}

function uploadReply(
  asked: Asked,
  uploads: Map<string, Buffer>,
  repositories: ReadonlyMap<string, Repository>,
): Reply {
  const { request, url, name, repository, rest, body } = asked;
  if (request.method === "POST") {
    const mount = url.searchParams.get("mount") ?? "";
    const other = repositories.get(url.searchParams.get("from") ?? "")?.blobs.get(mount);
    if (other !== undefined) return stored(repository, name, mount, other);
    const id = String(uploads.size + 1);
    uploads.set(id, empty);
    return opened(202, name, id, empty);
  }
  const before = uploads.get(rest);
  if (before === undefined) return refusal(404, "BLOB_UPLOAD_UNKNOWN");
  if (request.method === "GET") return opened(204, name, rest, before);
  const from = /^(\d+)-/.exec(request.headers["content-range"] ?? "")?.[1];
  if (from !== undefined && Number(from) !== before.byteLength) return refusal(416, "RANGE");
  const bytes = Buffer.concat([before, body]);
  uploads.set(rest, bytes);
  if (request.method === "PATCH") return opened(202, name, rest, bytes);
  const digest = url.searchParams.get("digest") ?? "";
  if (digest !== digestOf(bytes)) return refusal(400, "DIGEST_INVALID");
  uploads.delete(rest);
  return stored(repository, name, digest, bytes);
}

function opened(status: number, name: string, id: string, bytes: Buffer): Reply {
  const range = `0-${Math.max(0, bytes.byteLength - 1)}`;
  return said(status, { location: `/v2/${name}/blobs/uploads/${id}`, range });
}

function stored(repository: Repository, name: string, digest: string, bytes: Buffer): Reply {
  repository.blobs.set(digest, bytes);
  return said(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
}

const Digests = z.array(z.object({ digest: z.string() }));
const Manifest = z.object({ config: z.object({ digest: z.string() }), layers: Digests });
const Index = z.object({ manifests: Digests });

/** What the manifest is made of; an index is made of manifests. */
function isWhole(repository: Repository, body: Buffer): boolean {
  const json: unknown = JSON.parse(body.toString("utf8"));
  const index = Index.safeParse(json);
  if (index.success) {
    return index.data.manifests.every(({ digest }) => repository.manifests.has(digest));
  }
  const { config, layers } = Manifest.parse(json);
  return [config, ...layers].every(({ digest }) => repository.blobs.has(digest));
}

function manifestReply({ request, repository, rest, body }: Asked): Reply {
  const digest = repository.tags.get(rest) ?? rest;
  if (request.method === "PUT") {
    if (!isWhole(repository, body)) return refusal(400, "MANIFEST_BLOB_UNKNOWN");
    const own = digestOf(body);
    repository.manifests.set(own, {
      mediaType: request.headers["content-type"] ?? "",
      bytes: body,
    });
    if (!rest.includes(":")) repository.tags.set(rest, own);
    return said(201, { "docker-content-digest": own });
  }
  const manifest = repository.manifests.get(digest);
  if (manifest === undefined) return refusal(404, "MANIFEST_UNKNOWN");
  if (request.method === "DELETE") {
    repository.manifests.delete(digest);
    for (const [tag, of] of repository.tags) if (of === digest) repository.tags.delete(tag);
    return said(202);
  }
  const headers = { "docker-content-digest": digest, "content-type": manifest.mediaType };
  const { bytes } = manifest;
  return request.method === "HEAD"
    ? said(200, { ...headers, "content-length": String(bytes.byteLength) })
    : said(200, headers, bytes);
}

function tagsReply({ url, name, repository }: Asked): Reply {
  if (repository.tags.size === 0) return refusal(404, "NAME_UNKNOWN");
  const last = url.searchParams.get("last") ?? "";
  const most = Number(url.searchParams.get("n") ?? 100);
  const after = [...repository.tags.keys()].toSorted().filter((tag) => tag > last);
  const tags = after.slice(0, most);
  const query = new URLSearchParams({ n: String(most), last: tags.at(-1) ?? "" }).toString();
  const link = { link: `</v2/${name}/tags/list?${query}>; rel="next"` };
  const body = Buffer.from(JSON.stringify({ name, tags }));
  return said(200, after.length > tags.length ? link : {}, body);
}

const Claims = z.object({
  aud: z.string(),
  exp: z.number(),
  access: z.array(z.object({ name: z.string(), actions: z.array(z.string()) })),
});

/** 401 with the way to the token server, where the token does not allow what is asked for. */
function refusedToken(request: IncomingMessage, check: TokenCheck | undefined): Reply | undefined {
  if (check === undefined) return undefined;
  const claims = claimsOf(request.headers.authorization ?? "", check);
  const name = /^\/v2\/(.+?)\/(?:blobs|manifests|tags)\//.exec(request.url ?? "")?.[1];
  const needed = { GET: "pull", HEAD: "pull", DELETE: "delete" }[request.method ?? ""] ?? "push";
  const isAllowed =
    claims !== undefined &&
    (name === undefined ||
      claims.access.some((one) => one.name === name && one.actions.includes(needed)));
  if (isAllowed) return undefined;
  const challenge = `Bearer realm="${check.realm}",service="${check.service}"`;
  const refused = refusal(401, "UNAUTHORIZED");
  return { ...refused, headers: { ...refused.headers, "www-authenticate": challenge } };
}

/** RFC 7515 with ES256. */
function claimsOf(header: string, check: TokenCheck): z.infer<typeof Claims> | undefined {
  const [, head, body, signature] = /^Bearer ([^.]+)\.([^.]+)\.([^.]+)$/.exec(header) ?? [];
  if (body === undefined || signature === undefined) return undefined;
  const key = new X509Certificate(readFileSync(check.certificateFile)).publicKey;
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  const claims = Claims.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  const isLive = claims.aud === check.service && claims.exp > Date.now() / 1000;
  return isSigned && isLive ? claims : undefined;
}
