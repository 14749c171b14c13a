import { readFileSync } from "node:fs";
import path from "node:path";
import {
  digestOf,
  exists,
  fail,
  hexOf,
  ok,
  parseJson,
  readTextIfPresent,
} from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { EngineFailure } from "./engine-failure.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where an engine listens, as its client needs to be told. */
export type Endpoint =
  | { readonly kind: "socket"; readonly url: string; readonly socketPath: string }
  | {
      readonly kind: "tcp";
      readonly url: string;
      readonly host: string;
      readonly port: number;
      readonly certificates: Certificates | undefined;
    };

export type Certificates = { readonly ca: string; readonly cert: string; readonly key: string };

const standardSocket = "/var/run/docker.sock";

const Configuration = z.object({ currentContext: z.string().optional() });
const Context = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.boolean().optional() }),
  }),
});

/**
 * The host that is named; else, as the docker client has it, the context of `DOCKER_CONTEXT`, `DOCKER_HOST`, the current
 * context; else the first of the sockets where engines listen that is there.
 */
export async function findEndpoint(
  named: string | undefined,
  variables: Variables,
  isThere: (file: string) => Promise<boolean> = exists,
): Promise<Result<Endpoint, EngineFailure>> {
  const usual = async (): Promise<Result<Endpoint, EngineFailure>> => {
    for (const socket of usualSockets(variables)) {
      if (await isThere(socket)) return socketEndpoint(socket);
    }
    return socketEndpoint(standardSocket);
  };
  if (named !== undefined) return parseEndpoint(named, tlsOf(variables));
  const context = variables["DOCKER_CONTEXT"] ?? "";
  if (context !== "" && context !== "default") return contextEndpoint(context, variables);
  const host = variables["DOCKER_HOST"] ?? "";
  if (host !== "") return parseEndpoint(host, tlsOf(variables));
  const folder = clientFolder(variables);
  const configuration = Configuration.safeParse(await readJson(path.join(folder, "config.json")));
  const current = configuration.data?.currentContext ?? "default";
  return current === "" || current === "default" ? usual() : contextEndpoint(current, variables);
}

/** Docker's own, rootless Docker's, Docker Desktop's; then Podman's, of root and of the user. */
function usualSockets(variables: Variables): readonly string[] {
  const [runtime, home] = [variables["XDG_RUNTIME_DIR"] ?? "", variables["HOME"] ?? ""];
  return [
    standardSocket,
    ...(runtime === "" ? [] : [path.join(runtime, "docker.sock")]),
    ...(home === "" ? [] : [path.join(home, ".docker", "run", "docker.sock")]),
    "/run/podman/podman.sock",
    ...(runtime === "" ? [] : [path.join(runtime, "podman", "podman.sock")]),
  ];
}

/** Whether TLS is asked for whatever the URL says, and where its certificates lie. */
type Tls = { readonly isForced: boolean; readonly folder: string | undefined };

function tlsOf(variables: Variables): Tls {
  return {
    isForced: (variables["DOCKER_TLS_VERIFY"] ?? "") !== "",
    folder: variables["DOCKER_CERT_PATH"],
  };
}

function parseEndpoint(host: string, tls: Tls): Result<Endpoint, EngineFailure> {
  const url = URL.parse(host);
  if (url?.protocol === "unix:") {
    const socketPath = decodeURIComponent(url.pathname);
    return ok({ kind: "socket", url: host, socketPath });
  }
  if (url?.protocol === "tcp:" || url?.protocol === "http:" || url?.protocol === "https:") {
    return tcpEndpoint(host, url, tls);
  }
  return absent(host, url?.protocol === "ssh:" ? overSsh(url.host) : notSupported);
}

const notSupported = "only unix://, tcp://, http:// and https:// endpoints are supported";

function overSsh(host: string): string {
  return (
    "ssh:// is not supported; forward the engine's socket instead: " +
    `ssh -nNT -L /tmp/engine.sock:${standardSocket} ${host}, and DOCKER_HOST=unix:///tmp/engine.sock`
  );
}

function tcpEndpoint(host: string, url: URL, tls: Tls): Result<Endpoint, EngineFailure> {
  const secure = url.protocol === "https:" || tls.isForced;
  const certificates = secure ? readCertificates(tls.folder) : undefined;
  if (certificates === "unreadable") {
    return absent(host, `${tls.folder ?? "DOCKER_CERT_PATH"} has no ca.pem, cert.pem and key.pem`);
  }
  const port = url.port === "" ? (secure ? 2376 : 2375) : Number(url.port);
  return ok({ kind: "tcp", url: host, host: url.hostname, port, certificates });
}

function readCertificates(folder: string | undefined): Certificates | "unreadable" {
  if (folder === undefined) return "unreadable";
  const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
  try {
    return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
  } catch {
    return "unreadable";
  }
}

function absent(endpoint: string, detail: string): Result<never, EngineFailure> {
  return fail({ reason: "engine-absent", endpoint, detail });
}

/**
 * The docker client keeps a context's endpoint, and its certificates, in folders named by the SHA-256 of the context's
 * name. One that is named and not there is no reason to use another engine.
 */
async function contextEndpoint(
  name: string,
  variables: Variables,
): Promise<Result<Endpoint, EngineFailure>> {
  const folder = path.join(clientFolder(variables), "contexts");
  const id = hexOf(digestOf(name));
  const context = Context.safeParse(await readJson(path.join(folder, "meta", id, "meta.json")));
  if (!context.success) return absent(`context ${name}`, `${folder} has no context of this name`);
  const { Host: host, SkipTLSVerify: isUnverified = false } = context.data.Endpoints.docker;
  const certificates = path.join(folder, "tls", id, "docker");
  if (!(await exists(certificates)))
    return parseEndpoint(host, { isForced: false, folder: undefined });
  if (isUnverified) return absent(host, `context ${name} skips the check of certificates`);
  return parseEndpoint(host, { isForced: true, folder: certificates });
}

function socketEndpoint(socketPath: string): Result<Endpoint, never> {
  return ok({ kind: "socket", url: `unix://${socketPath}`, socketPath });
}

function clientFolder(variables: Variables): string {
  return variables["DOCKER_CONFIG"] ?? path.join(variables["HOME"] ?? "/", ".docker");
}

async function readJson(file: string): Promise<unknown> {
  const text = await readTextIfPresent(file);
  return text === undefined ? undefined : parseJson(text);
}
