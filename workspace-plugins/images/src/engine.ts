import { mkdir, open } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { addAbortSignal, Duplex, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fail, isDigest, ok, parseJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import Docker from "dockerode";
import { z } from "zod";
import { openBuildLines } from "./build-answer.ts";
import { configurationOf, Inspected } from "./container.ts";
import type { ContainerSpec, ImageId } from "./container.ts";
import { runContainer } from "./container-run.ts";
import type { CreatedContainer } from "./container-run.ts";
import { asPodmanTakesIt, evenPodman, PodmanContainer } from "./podman-container.ts";
import { findEndpoint } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { openEngineRequests } from "./engine-request.ts";
import type { EngineRequests, Limit } from "./engine-request.ts";
import { isDiskFull } from "./engine-failure.ts";
import type { EngineFailure } from "./engine-failure.ts";
import { engineKindOf, isOnLoopback, plainTag } from "./engine-kind.ts";
import type { EngineKind } from "./engine-kind.ts";
import type {
  Answer,
  BuildRequest,
  Engine,
  EngineContainer,
  ListedImage,
  ImageFacts,
  PullRequest,
} from "./engine-port.ts";
import { eventsOf } from "./engine-events.ts";
import type { EngineEvent } from "./engine-events.ts";
import { currentOwner, ownerLabel, ownerMayLive } from "./run-owner.ts";
import { openStore } from "./stored/open-store.ts";

export type EngineOptions = {
  /** As in `DOCKER_HOST`; without it the environment and the docker client's configuration decide. */
  readonly host?: string;
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly counted: (question: string) => void;
  readonly signal: AbortSignal;
  /** How often a long request asks if the engine is still there. */
  readonly pingEveryMs?: number;
};

const usualPingMs = 5000;

const shortMs = 30_000;
/** Of what a failed build wrote. */
const toldLines = 8;
const transferMs = 30 * 60_000;

export async function openEngine(options: EngineOptions): Answer<Engine> {
  const endpoint = await findEndpoint(options.host, options.variables ?? process.env);
  if (!endpoint.ok) return endpoint;
  const connection = connect(endpoint.value);
  const requests = openEngineRequests({
    endpoint: endpoint.value.url,
    counted: options.counted,
    ping: () => connection.docker.ping(),
    pingEveryMs: options.pingEveryMs ?? usualPingMs,
  });
  const limit = { timeoutMs: shortMs, signal: options.signal };
  const version = await requests.ask("version", limit, () => connection.docker.version());
  if (!version.ok) {
    connection[Symbol.dispose]();
    return version;
  }
  const { Version, Os, Arch, Components } = version.value;
  const kind = engineKindOf(Components);
  return ok({
    endpoint: endpoint.value.url,
    kind,
    version: Version,
    platform: { os: Os, architecture: Arch },
    isRootless: () => askRootless(connection.docker, requests, limit),
    ...imageOperations({ ...connection, kind }, requests, limit),
    stored: openStore({
      isReadable: endpoint.value.kind === "socket" && kind === "docker" && process.getuid?.() === 0,
      askInfo: async () => {
        const got = await requests.ask<unknown>("info", limit, () => connection.docker.info());
        return got.ok ? got.value : undefined;
      },
      counted: options.counted,
    }),
    build: (request) => build({ endpoint: endpoint.value, kind }, requests, request),
    ...containerOperations({ ...connection, kind }, requests),
    [Symbol.dispose]: () => {
      requests[Symbol.dispose]();
      connection[Symbol.dispose]();
    },
  });
}

const EngineInfo = z.object({
  SecurityOptions: z.array(z.string()).nullish(),
  Rootless: z.boolean().optional(),
});

/** `name=rootless` among Docker's security options, for example `name=seccomp,profile=default`; a field of Podman's. */
async function askRootless(
  docker: Docker,
  requests: EngineRequests,
  limit: Limit,
): Answer<boolean> {
  const got = await requests.ask("info", limit, () => docker.info());
  const info = got.ok ? parseAnswer("info", EngineInfo, got.value) : got;
  if (!info.ok) return info;
  const options = info.value.SecurityOptions ?? [];
  const isDockers = options.some((option) => option.split(",").includes("name=rootless"));
  return ok(isDockers || info.value.Rootless === true);
}

type Connection = Disposable & {
  readonly docker: Docker;
  /** The same engine by Podman's own API. */
  readonly podman: Docker;
  /** Answers with the body of a 200. */
  readonly post: (
    target: string,
    signal: AbortSignal,
    headers: http.OutgoingHttpHeaders,
  ) => Promise<Readable>;
  /** Sends a POST without a body, and hands over the socket that the engine turns it into. */
  readonly hijack: (target: string, signal: AbortSignal) => Promise<Duplex>;
};

const podmanApi = "v4.0.0/libpod";

/** A client whose sockets, hijacked ones too, are closed at its end: a BuildKit session otherwise outlives its build. */
function connect(endpoint: Endpoint): Connection {
  const secure = endpoint.kind === "tcp" && endpoint.certificates !== undefined;
  const agent = secure ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  const sockets = new Set<Duplex>();
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (...parameters) => {
    const socket = createConnection(...parameters);
    if (socket instanceof Duplex) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
    return socket;
  };
  // Not a literal in the call: the client takes an agent, its types do not say so.
  const options = { ...addressOf(endpoint), agent };
  return {
    docker: new Docker(options),
    podman: new Docker({ ...options, version: podmanApi }),
    post: async (...request) => sendPost({ ...addressOf(endpoint), agent }, ...request),
    hijack: async (...request) => switchProtocol({ ...addressOf(endpoint), agent }, ...request),
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
    },
  };
}

/** Names every address option, since the client takes those left out from `DOCKER_HOST`. */
function addressOf(endpoint: Endpoint): Docker.DockerOptions {
  if (endpoint.kind === "socket") return { socketPath: endpoint.socketPath, host: undefined };
  const { host, port, certificates } = endpoint;
  return {
    socketPath: undefined,
    host,
    port,
    protocol: certificates === undefined ? "http" : "https",
    ...certificates,
  };
}

/**
 * The client's own way to attach sends the settings as a body as well, which Podman hands to the container as its input.
 * An answer that is no switch of protocols is the engine's error.
 */
async function switchProtocol(
  address: Address,
  target: string,
  signal: AbortSignal,
): Promise<Duplex> {
  const asking = openPost(address, target, signal, { Connection: "Upgrade", Upgrade: "tcp" });
  const answered = Promise.withResolvers<Duplex>();
  asking.on("upgrade", (_response, socket: Duplex, head: Buffer) => {
    if (head.byteLength > 0) socket.unshift(head);
    answered.resolve(socket);
  });
  asking.on("response", (response) => {
    errorOf(response).then(answered.reject, answered.reject);
  });
  asking.on("error", answered.reject);
  return answered.promise;
}

async function sendPost(
  address: Address,
  target: string,
  signal: AbortSignal,
  headers: http.OutgoingHttpHeaders,
): Promise<Readable> {
  const asking = openPost(address, target, signal, headers);
  const answered = Promise.withResolvers<Readable>();
  asking.on("response", (response) => {
    if (response.statusCode === 200) answered.resolve(response);
    else errorOf(response).then(answered.reject, answered.reject);
  });
  asking.on("error", answered.reject);
  return answered.promise;
}

type Address = Docker.DockerOptions & { readonly agent: http.Agent | https.Agent };

function openPost(
  { socketPath, host, port, protocol, agent }: Address,
  target: string,
  signal: AbortSignal,
  headers: http.OutgoingHttpHeaders,
): http.ClientRequest {
  const place = typeof socketPath === "string" ? { socketPath } : { host, port };
  const { request } = protocol === "https" ? https : http;
  const asking = request({
    ...place,
    agent,
    method: "POST",
    path: target,
    headers: { ...headers, "Content-Length": 0 },
    signal,
  });
  asking.end();
  return asking;
}

async function errorOf(response: http.IncomingMessage): Promise<Error> {
  const body = await text(response);
  const message = EngineError.safeParse(parseJson(body)).data?.message ?? body;
  return Object.assign(new Error(message), { statusCode: response.statusCode });
}

const EngineError = z.object({ message: z.string() });

type ImageOperations = Pick<
  Engine,
  "images" | "image" | "save" | "load" | "tag" | "removeImage" | "pull"
>;

function imageOperations(
  clients: Clients,
  requests: EngineRequests,
  short: Limit,
): ImageOperations {
  const { docker } = clients;
  return {
    images: async () => {
      const listed = await requests.ask("list images", short, (abortSignal) =>
        docker.listImages({ abortSignal }),
      );
      return listed.ok ? ok(listed.value.flatMap(imageOf)) : listed;
    },
    image: (reference) => inspectImage(docker, requests, reference),
    save: async (reference, signal) => {
      const got = await requests.ask("save", { signal, timeoutMs: shortMs }, () =>
        docker.getImage(reference).get(),
      );
      if (!got.ok) return got;
      const archive = readableOf(got.value);
      breakOffWhenLost(archive, requests);
      return ok(addAbortSignal(AbortSignal.any([signal, requests.signal]), archive));
    },
    load: (tar, signal) => load(docker, requests, tar, signal),
    tag: (id, repo, tag) =>
      requests.tell("tag", short, (abortSignal) =>
        docker.getImage(id).tag({ repo, tag, abortSignal }),
      ),
    removeImage: (reference, options) =>
      requests.tell("remove image", short, (abortSignal) =>
        docker.getImage(reference).remove({ force: options?.force ?? false, abortSignal }),
      ),
    pull: (reference, request) => pull(clients, requests, reference, request),
  };
}

/** The reader of an archive sees the loss of its engine as an error of the stream. */
function breakOffWhenLost(archive: Readable, requests: EngineRequests): void {
  const settled = new AbortController();
  archive.once("close", () => settled.abort());
  // Nobody waits: it ends with the archive.
  void requests.untilLost("save", settled.signal).then((lost) => {
    if (lost !== undefined) archive.destroy(new Error("no answer to a ping"));
    return undefined;
  });
}

function imageOf(image: Docker.ImageInfo): readonly ListedImage[] {
  return isDigest(image.Id)
    ? [
        {
          id: image.Id,
          tags: tagsOf(image.RepoTags),
          labels: image.Labels ?? {},
          createdAt: new Date(image.Created * 1000),
        },
      ]
    : [];
}

/** An engine lists an image without tags as `null`, or as `<none>:<none>`. */
function tagsOf(tags: readonly string[] | null | undefined): readonly string[] {
  return (tags ?? [])
    .filter((tag) => tag !== "<none>:<none>")
    .map(plainTag)
    .toSorted();
}

async function inspectImage(
  docker: Docker,
  requests: EngineRequests,
  reference: string,
): Answer<ImageFacts | undefined> {
  const operation = "inspect image";
  const got = await requests.ask(operation, { timeoutMs: shortMs }, () =>
    docker.getImage(reference).inspect(),
  );
  if (!got.ok) {
    const { failure } = got;
    return failure.reason === "engine-refused" && failure.status === 404 ? ok(undefined) : got;
  }
  const { Id, RepoTags, Config, RootFS, Os, Architecture } = got.value;
  if (!isDigest(Id)) return fail({ reason: "engine-unclear", operation, detail: `image id ${Id}` });
  return ok({
    id: Id,
    tags: tagsOf(RepoTags),
    labels: Config.Labels ?? {},
    diffIds: (RootFS.Layers ?? []).filter(isDigest),
    entrypoint: wordsOf(Config.Entrypoint),
    environment: Config.Env ?? [],
    platform: { os: Os, architecture: Architecture },
  });
}

/** An engine says a command of one word as text, and none as `null`. */
function wordsOf(command: string | string[] | null | undefined): readonly string[] {
  return typeof command === "string" ? [command] : (command ?? []);
}

async function load(
  docker: Docker,
  requests: EngineRequests,
  tar: Readable,
  signal: AbortSignal,
): Answer<readonly string[]> {
  const limit = { signal, timeoutMs: transferMs };
  const loaded: string[] = [];
  const done = await requests.askLong("load", limit, async (abortSignal) => {
    const answer = await docker.loadImage(tar, { abortSignal });
    return readEvents(answer, ({ stream }) => {
      const reference = /^Loaded image(?: ID)?: (\S+)/.exec(stream ?? "")?.[1];
      if (reference !== undefined) loaded.push(plainTag(reference));
    });
  });
  if (!done.ok) return done;
  if (done.value !== undefined) return refused("load", done.value);
  return loaded.length === 0 ? refused("load", "the archive holds no image") : ok(loaded);
}

async function pull(
  client: Clients,
  requests: EngineRequests,
  reference: string,
  request: PullRequest,
): Answer<ImageId> {
  const done = await requests.askLong("pull", request, async (abortSignal) => {
    const answer = await askToPull(client, reference, request, abortSignal);
    return readEvents(answer, ({ id, status, stream }) => {
      const line = (status ?? stream)?.trim();
      if (line !== undefined) request.progress(id === undefined ? line : `${id}: ${line}`);
    });
  });
  if (!done.ok) return done;
  if (done.value !== undefined) return refused("pull", done.value);
  const facts = await inspectImage(client.docker, requests, reference);
  if (!facts.ok) return facts;
  return facts.value === undefined
    ? fail({ reason: "engine-unclear", operation: "pull", detail: `${reference} is not there` })
    : ok(facts.value.id);
}

async function askToPull(
  { docker, post, kind }: Clients,
  reference: string,
  { credential }: PullRequest,
  abortSignal: AbortSignal,
): Promise<NodeJS.ReadableStream> {
  // Docker knows by itself that a registry on loopback has no certificate; Podman has to be told, by its own API.
  if (kind === "podman" && isOnLoopback(reference)) {
    const query = new URLSearchParams({ reference, tlsVerify: "false" });
    const authorization = Buffer.from(JSON.stringify(credential ?? {})).toString("base64url");
    const headers = credential === undefined ? {} : { "X-Registry-Auth": authorization };
    return post(`/${podmanApi}/images/pull?${query.toString()}`, abortSignal, headers);
  }
  const authconfig = credential === undefined ? {} : { authconfig: credential };
  return docker.pull(reference, { abortSignal, ...authconfig });
}

/** Reads a stream of events to its end. Its answer is the engine's error: a failed request is still HTTP 200. */
async function readEvents(
  answer: NodeJS.ReadableStream,
  onEvent: (event: EngineEvent) => void | Promise<void>,
): Promise<string | undefined> {
  let error: string | undefined;
  for await (const event of eventsOf(readableOf(answer))) {
    error ??= (event.errorDetail?.message ?? event.error)?.trim();
    await onEvent(event);
  }
  return error;
}

const BuiltImage = z.object({ ID: z.string().refine(isDigest) });

/** On a connection of its own: the client opens a BuildKit session for each build and closes it only after a good one. */
async function build(
  { endpoint, kind }: { readonly endpoint: Endpoint; readonly kind: EngineKind },
  requests: EngineRequests,
  request: BuildRequest,
): Answer<ImageId> {
  using connection = connect(endpoint);
  await mkdir(path.dirname(request.logFile), { recursive: true });
  await using log = await open(request.logFile, "w");
  const linesOf = openBuildLines();
  const written: string[] = [];
  let id: ImageId | undefined;
  const done = await requests.askLong("build", request, async (abortSignal) => {
    const options = buildOptions(kind, request, abortSignal);
    const answer = await connection.docker.buildImage(request.context, options);
    return readEvents(answer, async (event) => {
      id = BuiltImage.safeParse(event.aux).data?.ID ?? id;
      const lines = linesOf(event);
      written.push(...lines.filter((line) => line !== "" && !line.startsWith("=> ")));
      written.splice(0, written.length - toldLines);
      for (const line of lines) request.onLine?.(line);
      if (lines.length > 0) await log.write(`${lines.join("\n")}\n`);
    });
  });
  if (!done.ok) return done;
  if (done.value !== undefined && isDiskFull(done.value)) {
    const { logFile } = request;
    return fail({ reason: "engine-disk-full", operation: "build", detail: done.value, logFile });
  }
  if (done.value !== undefined) {
    const output = written.filter((line) => line !== done.value);
    return fail({ reason: "build-failed", detail: done.value, output, logFile: request.logFile });
  }
  return id === undefined
    ? fail({ reason: "engine-unclear", operation: "build", detail: "no image id in the answer" })
    : ok(id);
}

function buildOptions(
  kind: EngineKind,
  request: BuildRequest,
  abortSignal: AbortSignal,
): Docker.ImageBuildOptions {
  return {
    // BuildKit. Podman has one builder, which has no sessions and mounts what we mount.
    version: kind === "docker" ? "2" : "1",
    dockerfile: request.dockerfile,
    buildargs: { ...request.buildArgs },
    labels: { ...request.labels },
    // Podman would take a step for unchanged whose mounted files have changed.
    nocache: request.noCache ?? kind === "podman",
    abortSignal,
    ...(request.tag === undefined ? {} : { t: request.tag }),
    ...(request.networkMode === undefined ? {} : { networkmode: request.networkMode }),
  };
}

type ContainerOperations = Pick<Engine, "run" | "containers" | "reap">;

type Clients = Omit<Connection, typeof Symbol.dispose> & { readonly kind: EngineKind };

function containerOperations(clients: Clients, requests: EngineRequests): ContainerOperations {
  const { docker } = clients;
  return {
    run: async (spec, streams) => {
      if (streams.signal.aborted) return fail({ reason: "engine-interrupted", operation: "run" });
      const configuration = configurationOf(
        clients.kind === "podman" ? asPodmanTakesIt(spec) : spec,
        await currentOwner(),
      );
      // Without the caller's signal: a create that is cut off may still have made its container.
      const created = await requests.ask("create", { timeoutMs: shortMs }, (abortSignal) =>
        docker.createContainer({ ...configuration, abortSignal }),
      );
      if (!created.ok) return created;
      const container = createdContainer(clients, { created: created.value, spec }, requests);
      return runContainer(container, spec, streams);
    },
    containers: (labels) =>
      listContainers(
        docker,
        requests,
        Object.entries(labels).map(([name, value]) => `${name}=${value}`),
      ),
    reap: () => reap(docker, requests),
  };
}

/** Without it an engine takes Ctrl-P Ctrl-Q of a terminal for itself, and leaves the container running alone. */
const neverTyped = Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? "ctrl-^" : "ctrl-]")).join(
  ",",
);

const attachOptions = { stream: "1", stdin: "1", stdout: "1", stderr: "1" };

function createdContainer(
  { docker, podman, hijack, kind }: Clients,
  {
    created: container,
    spec,
  }: { readonly created: Docker.Container; readonly spec: ContainerSpec },
  requests: EngineRequests,
): CreatedContainer {
  const limit = { timeoutMs: shortMs };
  return {
    inspect: async () => {
      const got = await requests.ask("inspect", limit, (abortSignal) =>
        container.inspect({ abortSignal }),
      );
      const inspected = got.ok ? parseAnswer("inspect", Inspected, got.value) : got;
      if (kind === "docker" || !inspected.ok) return inspected;
      const more = await requests.ask("inspect", limit, (abortSignal) =>
        podman.getContainer(container.id).inspect({ abortSignal }),
      );
      const own = more.ok ? parseAnswer("inspect", PodmanContainer, more.value) : more;
      return own.ok ? ok(evenPodman(spec, inspected.value, own.value)) : own;
    },
    attach: () => {
      const query = new URLSearchParams({ ...attachOptions, detachKeys: neverTyped });
      const target = `/containers/${container.id}/attach?${query.toString()}`;
      return requests.ask("attach", limit, (abortSignal) => hijack(target, abortSignal));
    },
    start: () => requests.tell("start", limit, (abortSignal) => container.start({ abortSignal })),
    wait: async (signal, timeoutMs) => {
      const got = await requests.ask("run", { signal, timeoutMs }, (abortSignal) =>
        container.wait({ abortSignal }),
      );
      const answer = got.ok
        ? parseAnswer("run", z.object({ StatusCode: z.int() }), got.value)
        : got;
      return answer.ok ? ok(answer.value.StatusCode) : answer;
    },
    remove: (timeoutMs = shortMs) =>
      requests.tell("remove", { timeoutMs }, (abortSignal) =>
        container.remove({ force: true, v: true, abortSignal }),
      ),
    ping: () => requests.tell("ping", { timeoutMs: 5000 }, () => docker.ping()),
    untilLost: (settled) => requests.untilLost("run", settled),
    resize: ({ columns, rows }) =>
      requests.tell("resize", limit, (abortSignal) =>
        container.resize({ w: columns, h: rows, abortSignal }),
      ),
    kill: (signal) =>
      requests.tell("kill", limit, (abortSignal) => container.kill({ signal, abortSignal })),
  };
}

async function listContainers(
  docker: Docker,
  requests: EngineRequests,
  label: readonly string[],
): Answer<readonly EngineContainer[]> {
  const limit = { timeoutMs: shortMs };
  const listed = await requests.ask("list containers", limit, (abortSignal) =>
    docker.listContainers({ all: true, filters: { label: [...label] }, abortSignal }),
  );
  if (!listed.ok) return listed;
  return ok(listed.value.map(({ Id, Labels }) => ({ id: Id, owner: Labels[ownerLabel] })));
}

async function reap(docker: Docker, requests: EngineRequests): Answer<readonly string[]> {
  const listed = await listContainers(docker, requests, [ownerLabel]);
  if (!listed.ok) return listed;
  const reaped: string[] = [];
  for (const { id, owner } of listed.value) {
    if (await ownerMayLive(owner ?? "")) continue;
    const removed = await requests.tell("remove", { timeoutMs: shortMs }, (abortSignal) =>
      docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
    );
    // Another process may have reaped it in between.
    if (!removed.ok && !isGone(removed.failure)) return removed;
    reaped.push(id);
  }
  return ok(reaped);
}

function isGone(failure: EngineFailure): boolean {
  return failure.reason === "engine-refused" && (failure.status === 404 || failure.status === 409);
}

function parseAnswer<Schema extends z.ZodType>(
  operation: string,
  schema: Schema,
  answer: unknown,
): Result<z.output<Schema>, EngineFailure> {
  const parsed = schema.safeParse(answer);
  return parsed.success
    ? ok(parsed.data)
    : fail({ reason: "engine-unclear", operation, detail: z.prettifyError(parsed.error) });
}

function refused(operation: string, detail: string): Result<never, EngineFailure> {
  if (isDiskFull(detail)) return fail({ reason: "engine-disk-full", operation, detail });
  return fail({ reason: "engine-refused", operation, status: undefined, detail });
}

function readableOf(stream: NodeJS.ReadableStream): Readable {
  return stream instanceof Readable ? stream : new Readable().wrap(stream);
}
