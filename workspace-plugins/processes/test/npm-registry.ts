import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { digestOf, exists, hexOf, ok, replaceFolder } from "@slipway/signature";
import { z } from "zod";

/** What the proxy does with a write: passes it on; acts and says nothing; answers as a page; holds it for ever. */
export type Fault = "lose" | "page" | "hold";

/** A real verdaccio on loopback, and a proxy before it that the npm client is told of. */
export type NpmRegistry = AsyncDisposable & {
  readonly url: string;
  readonly token: string;
  /** Every write that reached the proxy, in order: `PUT @acme/cli`, `PUT @acme/cli dist-tags/latest`. */
  readonly writes: string[];
  /** For the write of this number, counted from now on from 1; `undefined` after it: to all. */
  readonly setFault: (fault: Fault | undefined, write?: number) => void;
  /** Called with each write, after verdaccio has answered it and before the client hears of it. */
  readonly onWritten: (listener: ((count: number) => Promise<void> | void) | undefined) => void;
};

const program = path.join(import.meta.dirname, "verdaccio");

export async function startNpmRegistry(folder: string): Promise<NpmRegistry> {
  const installed = await fetchVerdaccio();
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "config.yaml"), configuration);
  const port = await freePort();
  const verdaccio = startVerdaccio(installed, folder, port);
  const proxy = await openProxy(port);
  await answering(`http://127.0.0.1:${port}/-/ping`, verdaccio);
  return {
    ...proxy,
    token: await addUser(port),
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      const ended = new Promise((resolve) => verdaccio.once("close", resolve));
      verdaccio.kill("SIGKILL");
      await ended;
    },
  };
}

/** Nothing is fetched from elsewhere: there are no uplinks. */
const configuration = `
storage: ./storage
auth: { htpasswd: { file: ./htpasswd, algorithm: bcrypt, rounds: 4, max_users: 10 } }
uplinks: {}
packages: { "**": { access: $all, publish: $authenticated, unpublish: $authenticated } }
web: { enable: false }
log: { type: stdout, format: json, level: fatal }
`;

/** Once a machine and lock, with the digest of every package in it; the npm client knows where from. */
async function fetchVerdaccio(): Promise<string> {
  const lock = await readFile(path.join(program, "package-lock.json"));
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const folder = path.join(cache, "slipway", "verdaccio", hexOf(digestOf(lock)).slice(0, 16));
  if (await exists(folder)) return folder;
  await replaceFolder(folder, async (partial) => {
    await cp(program, partial, { recursive: true });
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const child = spawn("npm", args, { cwd: partial, stdio: ["ignore", "ignore", "inherit"] });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`npm ci of verdaccio ended with ${String(code)}`);
    return ok(undefined);
  });
  return folder;
}

function startVerdaccio(installed: string, folder: string, port: number): ChildProcess {
  const bin = path.join(installed, "node_modules/verdaccio/bin/verdaccio");
  const args = [bin, "--config", "config.yaml", "--listen", `127.0.0.1:${port}`];
  const { PATH } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH, HOME: folder },
    stdio: "ignore",
  });
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`verdaccio ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await wait(50);
  }
  throw new Error("verdaccio did not answer");
}

async function addUser(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/user/org.couchdb.user:ci`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "ci", password: "a password of tests" }),
  });
  return z.object({ token: z.string() }).parse(await answer.json()).token;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

type Proxy = Omit<NpmRegistry, "token" | keyof AsyncDisposable> & {
  readonly close: () => Promise<void>;
};

async function openProxy(port: number): Promise<Proxy> {
  const writes: string[] = [];
  const faults: { fault?: Fault | undefined; at?: number | undefined; since: number } = {
    since: 0,
  };
  const listening: { listener?: ((count: number) => Promise<void> | void) | undefined } = {};
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isWrite = request.method !== "GET" && request.method !== "HEAD";
    const count = isWrite ? writes.push(shown(request)) - faults.since : 0;
    const isFaulty = isWrite && (faults.at === undefined || faults.at === count);
    const fault = isFaulty ? faults.fault : undefined;
    if (fault === "hold") return;
    if (fault === "page") {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>please log in</html>");
      return;
    }
    const { status, headers, body } = await forward(request, port);
    if (isWrite) await listening.listener?.(count);
    if (fault === "lose") response.destroy();
    else response.writeHead(status, headers).end(body);
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/`,
    writes,
    setFault: (fault, at) => Object.assign(faults, { fault, at, since: writes.length }),
    onWritten: (listener) => {
      listening.listener = listener;
      faults.since = writes.length;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** npm writes the whole package to deprecate, and to publish: the first reads it before. */
function shown({ method = "", url = "" }: IncomingMessage): string {
  const name = decodeURIComponent(url.split("?", 1)[0] ?? "").replace(/^\/(?:-\/package\/)?/, "");
  return `${method} ${name}`;
}

type Forwarded = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
};

async function forward(request: IncomingMessage, port: number): Promise<Forwarded> {
  const { method, url: at, headers } = request;
  const body = await buffer(request);
  const upstream = http.request({ host: "127.0.0.1", port, method, path: at, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    upstream.once("response", resolve).once("error", reject),
  );
  upstream.end(body);
  const response = await answered;
  return {
    status: response.statusCode ?? 500,
    headers: response.headers,
    body: await buffer(response),
  };
}
