import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, hexOf } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findEndpoint } from "./endpoint.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "slipway-endpoint-"));
});
afterEach(async () => rm(folder, { recursive: true }));

async function urlOf(named: string | undefined, variables: Record<string, string>) {
  const found = await findEndpoint(named, { HOME: "/nonexistent", ...variables });
  return found.ok ? found.value.url : found.failure;
}

/** A context as the docker client keeps it. */
async function addContext(
  name: string,
  {
    host,
    certificates = false,
    unverified = false,
  }: {
    readonly host: string;
    readonly certificates?: boolean;
    readonly unverified?: boolean;
  },
): Promise<void> {
  const id = hexOf(digestOf(name));
  const meta = path.join(folder, "contexts", "meta", id);
  await mkdir(meta, { recursive: true });
  const docker = { Host: host, SkipTLSVerify: unverified };
  await writeFile(
    path.join(meta, "meta.json"),
    JSON.stringify({ Name: name, Endpoints: { docker } }),
  );
  if (!certificates) return;
  await writeCertificates(path.join(folder, "contexts", "tls", id, "docker"));
}

async function writeCertificates(place: string): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const name of ["ca", "cert", "key"]) await writeFile(path.join(place, `${name}.pem`), name);
}

describe("findEndpoint", () => {
  it("takes what is named, else DOCKER_CONTEXT, else DOCKER_HOST, else the current context", async () => {
    await addContext("far", { host: "tcp://127.0.0.9:2375" });
    await addContext("near", { host: "unix:///near.sock" });
    await writeFile(path.join(folder, "config.json"), '{"currentContext":"near"}');
    const current = { DOCKER_CONFIG: folder };
    const host = { ...current, DOCKER_HOST: "unix:///b.sock" };
    const context = { ...host, DOCKER_CONTEXT: "far" };
    expect(await urlOf("unix:///a.sock", context)).toBe("unix:///a.sock");
    expect(await urlOf(undefined, context)).toBe("tcp://127.0.0.9:2375");
    expect(await urlOf(undefined, host)).toBe("unix:///b.sock");
    expect(await urlOf(undefined, { ...host, DOCKER_HOST: "" })).toBe("unix:///near.sock");
  });

  it("refuses a context that is not there: another engine would be the wrong one", async () => {
    expect(await urlOf(undefined, { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "gone" })).toEqual({
      reason: "engine-absent",
      endpoint: "context gone",
      detail: `${folder}/contexts has no context of this name`,
    });
  });

  it("takes a context's own certificates, and not one that would have them unchecked", async () => {
    await addContext("far", { host: "tcp://127.0.0.9", certificates: true });
    await addContext("lax", { host: "tcp://127.0.0.9", certificates: true, unverified: true });
    const variables = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "far" };
    expect(await findEndpoint(undefined, variables)).toMatchObject({
      value: { port: 2376, certificates: { ca: "ca", cert: "cert", key: "key" } },
    });
    expect(await urlOf(undefined, { ...variables, DOCKER_CONTEXT: "lax" })).toMatchObject({
      reason: "engine-absent",
      detail: "context lax skips the check of certificates",
    });
  });

  it("takes the first socket that is there: of Docker, rootless, of Docker Desktop, of Podman", async () => {
    const variables = { HOME: "/home/ann", XDG_RUNTIME_DIR: "/run/user/1" };
    const sockets = [
      "/var/run/docker.sock",
      "/run/user/1/docker.sock",
      "/home/ann/.docker/run/docker.sock",
      "/run/podman/podman.sock",
      "/run/user/1/podman/podman.sock",
    ];
    for (const [at, socketPath] of sockets.entries()) {
      const isThere = async (file: string): Promise<boolean> => sockets.indexOf(file) >= at;
      expect(await findEndpoint(undefined, variables, isThere)).toMatchObject({
        value: { kind: "socket", socketPath },
      });
    }
    const nothing = async (): Promise<boolean> => false;
    expect(await findEndpoint(undefined, variables, nothing)).toMatchObject({
      value: { socketPath: "/var/run/docker.sock" },
    });
  });

  it("knows host and port of a TCP endpoint, and its certificates", async () => {
    const plain = await findEndpoint("tcp://127.0.0.9:1234", {});
    expect(plain).toMatchObject({
      value: { kind: "tcp", host: "127.0.0.9", port: 1234, certificates: undefined },
    });
    await writeCertificates(folder);
    const variables = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder };
    expect(await findEndpoint("tcp://127.0.0.9", variables)).toMatchObject({
      value: { port: 2376, certificates: { ca: "ca", cert: "cert", key: "key" } },
    });
  });

  it("refuses TLS without certificates, and says what to do instead of ssh", async () => {
    expect(await urlOf("tcp://127.0.0.9", { DOCKER_TLS_VERIFY: "1" })).toMatchObject({
      reason: "engine-absent",
      detail: "DOCKER_CERT_PATH has no ca.pem, cert.pem and key.pem",
    });
    expect(await urlOf("ssh://ann@somewhere", {})).toMatchObject({
      reason: "engine-absent",
      detail: expect.stringContaining(
        "ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock somewhere",
      ) as string,
    });
    expect(await urlOf("npipe://x", {})).toMatchObject({ reason: "engine-absent" });
  });
});
