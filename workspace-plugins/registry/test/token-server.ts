import { spawnSync } from "node:child_process";
import { createPrivateKey, createSign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";

export const service = "slipway-test";
export const issuer = "slipway-test-issuer";

export type TokenServer = AsyncDisposable & {
  readonly realm: string;
  /** What registries verify tokens by. */
  readonly certificateFile: string;
  /** Who asked for what: `user` or `-`, and the scopes. */
  readonly asked: readonly string[];
  /** Tokens given from now on live so long. */
  readonly liveFor: (seconds: number) => void;
};

/**
 * A token server (distribution project, "Token Authentication Specification") of one user, `ada` with the password
 * `engine`: she may do all, and anybody may pull from `public/`. Her refresh token is `refresh-ada`.
 */
export async function serveTokens(folder: string): Promise<TokenServer> {
  const keyFile = path.join(folder, "token.key");
  const certificateFile = path.join(folder, "token.pem");
  makeCertificate(keyFile, certificateFile);
  const key = createPrivateKey(readFileSync(keyFile));
  const certificate = readFileSync(certificateFile, "utf8").replaceAll(/-----[^-]*-----|\s/g, "");
  const asked: string[] = [];
  let lifetimeSeconds = 300;
  const server = createServer((request, response) => {
    void (async () => {
      const { user, scopes } = await read(request);
      asked.push([user ?? "-", ...scopes].join(" "));
      if (user === "refused") return response.writeHead(401).end();
      const access = scopes.flatMap((scope) => allowed(user, scope));
      const token = sign(key, certificate, { access, lifetimeSeconds });
      return response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ token, expires_in: lifetimeSeconds }));
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("internal: no port");
  return {
    realm: `http://127.0.0.1:${address.port}/token`,
    certificateFile,
    asked,
    liveFor: (seconds) => {
      lifetimeSeconds = seconds;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function makeCertificate(keyFile: string, certificateFile: string): void {
  const words = ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=slipway-test"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", keyFile];
  const made = spawnSync("openssl", [...words, ...key, "-out", certificateFile], {
    encoding: "utf8",
  });
  if (made.status !== 0) {
    const why = made.error?.message ?? made.stderr;
    throw new Error(
      `no key for the token server; it needs openssl: apt-get install openssl\n${why}`,
    );
  }
}

type Asked = { readonly user: string | undefined; readonly scopes: readonly string[] };

async function read(request: IncomingMessage): Promise<Asked> {
  if (request.method === "POST") {
    const form = new URLSearchParams(await text(request));
    const isAda = form.get("refresh_token") === "refresh-ada";
    return { user: isAda ? "ada" : "refused", scopes: (form.get("scope") ?? "").split(" ") };
  }
  const url = new URL(request.url ?? "/", "http://localhost");
  const [, basic] = /^Basic (.*)$/.exec(request.headers.authorization ?? "") ?? [];
  const shown = Buffer.from(basic ?? "", "base64").toString();
  const user = basic === undefined ? undefined : shown === "ada:engine" ? "ada" : "refused";
  return { user, scopes: url.searchParams.getAll("scope") };
}

type Access = { readonly type: string; readonly name: string; readonly actions: readonly string[] };

function allowed(user: string | undefined, scope: string): readonly Access[] {
  const [type = "", name = "", actions = ""] = scope.split(":");
  const wanted = actions.split(",");
  if (user === "ada") return [{ type, name, actions: wanted }];
  return name.startsWith("public/") && wanted.includes("pull")
    ? [{ type, name, actions: ["pull"] }]
    : [];
}

/** A JWT as Docker Distribution takes it: ES256, with its certificate (RFC 7515, section 4.1.6). */
function sign(
  key: KeyObject,
  certificate: string,
  said: { readonly access: readonly Access[]; readonly lifetimeSeconds: number },
): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: "JWT", alg: "ES256", x5c: [certificate] };
  const claims = {
    iss: issuer,
    sub: "ada",
    aud: service,
    exp: now + said.lifetimeSeconds,
    nbf: now - 10,
    iat: now,
    jti: `${now}-${Math.random()}`,
    access: said.access,
  };
  const body = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = createSign("sha256").update(body).sign({ key, dsaEncoding: "ieee-p1363" });
  return `${body}.${signature.toString("base64url")}`;
}
