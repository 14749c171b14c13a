import { readFileSync } from "node:fs";
import path from "node:path";
import { digestOf, fail, hexOf, ok, readTextIfPresent } from "@slipway/signature";
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

const standardSocket = "unix:///var/run/docker.sock";

const Configuration = z.object({ currentContext: z.string().optional() });
const Context = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

/** The host that is named, else `DOCKER_HOST`, else the docker client's current context, else the standard socket. */
export async function findEndpoint(
  named: string | undefined,
  variables: Variables,
): Promise<Result<Endpoint, EngineFailure>> {
  const fromVariable = variables["DOCKER_HOST"];
  const host = named ?? (fromVariable === "" ? undefined : fromVariable);
  return parseEndpoint(host ?? (await contextHost(variables)) ?? standardSocket, variables);
}

function parseEndpoint(host: string, variables: Variables): Result<Endpoint, EngineFailure> {
  const url = URL.parse(host);
  if (url?.protocol === "unix:") {
    const socketPath = decodeURIComponent(url.pathname);
    return ok({ kind: "socket", url: host, socketPath });
  }
  const secure = url?.protocol === "https:" || (variables["DOCKER_TLS_VERIFY"] ?? "") !== "";
  if (url?.protocol === "tcp:" || url?.protocol === "http:" || url?.protocol === "https:") {
    return tcpEndpoint(host, url, secure, variables);
  }
  return absent(host, "only unix://, tcp://, http:// and https:// endpoints are supported");
}

function tcpEndpoint(
  host: string,
  url: URL,
  secure: boolean,
  variables: Variables,
): Result<Endpoint, EngineFailure> {
  const certificates = secure ? readCertificates(variables["DOCKER_CERT_PATH"]) : undefined;
  if (certificates === "unreadable")
    return absent(host, "DOCKER_CERT_PATH has no ca.pem, cert.pem and key.pem");
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

/** The docker client keeps a context's endpoint in a folder named by the SHA-256 of the context's name. */
async function contextHost(variables: Variables): Promise<string | undefined> {
  const folder = variables["DOCKER_CONFIG"] ?? path.join(variables["HOME"] ?? "/", ".docker");
  const configuration = Configuration.safeParse(await readJson(path.join(folder, "config.json")));
  const name = variables["DOCKER_CONTEXT"] ?? configuration.data?.currentContext;
  if (name === undefined || name === "" || name === "default") return undefined;
  const file = path.join(folder, "contexts", "meta", hexOf(digestOf(name)), "meta.json");
  return Context.safeParse(await readJson(file)).data?.Endpoints.docker.Host;
}

async function readJson(file: string): Promise<unknown> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
