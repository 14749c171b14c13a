import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "./engine.ts";

let folder: string;
let server: https.Server;
let host: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-tls-"));
  makeAuthority("ca");
  makeAuthority("other-ca");
  makeCertificate("server", "ca");
  makeCertificate("client", "ca");
  makeCertificate("stranger", "other-ca");
  server = https.createServer(
    {
      ...readPair("server"),
      ca: readFileSync(at("ca.pem")),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (_request, response) => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ Version: "1.0", Os: "linux", Arch: "amd64" }));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  host = `tcp://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);
const openssl = (...words: readonly string[]): void => {
  execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
};
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

function makeAuthority(name: string): void {
  const out = ["-keyout", `${name}-key.pem`, "-out", `${name}.pem`];
  openssl("req", "-x509", ...newKey, ...out, "-subj", `/CN=${name}`, "-days", "2");
}

function makeCertificate(name: string, authority: string): void {
  const request = ["-keyout", `${name}-key.pem`, "-out", `${name}.csr`, "-subj", `/CN=${name}`];
  openssl("req", ...newKey, ...request);
  writeFileSync(at(`${name}.ext`), "subjectAltName=IP:127.0.0.1\n");
  const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}-key.pem`, "-CAcreateserial"];
  const out = ["-out", `${name}.pem`, "-days", "2", "-extfile", `${name}.ext`];
  openssl("x509", "-req", "-in", `${name}.csr`, ...signer, ...out);
}

function readPair(name: string): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(at(`${name}.pem`)), key: readFileSync(at(`${name}-key.pem`)) };
}

/** As the docker client wants them: `ca.pem`, `cert.pem` and `key.pem` in one folder. */
function certificatesOf(client: string, authority: string): string {
  const place = mkdtempSync(at("client-"));
  const { cert, key } = readPair(client);
  writeFileSync(path.join(place, "cert.pem"), cert);
  writeFileSync(path.join(place, "key.pem"), key);
  writeFileSync(path.join(place, "ca.pem"), readFileSync(at(`${authority}.pem`)));
  return place;
}

async function versionBy(client: string, authority: string) {
  const opened = await openEngine({
    host,
    variables: { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certificatesOf(client, authority) },
    counted: () => undefined,
    signal: new AbortController().signal,
  });
  if (!opened.ok) return opened.failure.reason;
  using engine = opened.value;
  return engine.version;
}

test("an engine behind TLS is spoken to with the client's certificate", async () => {
  expect(await versionBy("client", "ca")).toBe("1.0");
});

test("one whose certificate another authority signed is not believed", async () => {
  expect(await versionBy("client", "other-ca")).toBe("engine-lost");
});

test("one that does not take the client's certificate is no engine for us", async () => {
  expect(await versionBy("stranger", "ca")).toBe("engine-lost");
});
