import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, hexOf } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { findEndpoint } from "./endpoint.ts";

async function urlOf(named: string | undefined, variables: Record<string, string>) {
  const found = await findEndpoint(named, { HOME: "/nonexistent", ...variables });
  return found.ok ? found.value.url : found.failure;
}

describe("findEndpoint", () => {
  it("takes what is named, else DOCKER_HOST, else the standard socket", async () => {
    const variables = { DOCKER_HOST: "unix:///b.sock" };
    expect(await urlOf("unix:///a.sock", variables)).toBe("unix:///a.sock");
    expect(await urlOf(undefined, variables)).toBe("unix:///b.sock");
    expect(await urlOf(undefined, {})).toBe("unix:///var/run/docker.sock");
  });

  it("takes the endpoint of the docker client's current context", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "slipway-endpoint-"));
    const context = path.join(folder, "contexts", "meta", hexOf(digestOf("far")));
    await mkdir(context, { recursive: true });
    await writeFile(path.join(folder, "config.json"), '{"currentContext":"far"}');
    const meta = { Name: "far", Endpoints: { docker: { Host: "tcp://127.0.0.9:2375" } } };
    await writeFile(path.join(context, "meta.json"), JSON.stringify(meta));
    expect(await urlOf(undefined, { DOCKER_CONFIG: folder })).toBe("tcp://127.0.0.9:2375");
    await rm(folder, { recursive: true });
  });

  it("knows host and port of a TCP endpoint", async () => {
    expect(await findEndpoint("tcp://127.0.0.9:1234", {})).toMatchObject({
      ok: true,
      value: { kind: "tcp", host: "127.0.0.9", port: 1234, certificates: undefined },
    });
  });

  it("refuses an endpoint of a kind that it cannot use, and TLS without certificates", async () => {
    expect(await urlOf("ssh://somewhere", {})).toMatchObject({ reason: "engine-absent" });
    expect(await urlOf("tcp://127.0.0.9", { DOCKER_TLS_VERIFY: "1" })).toMatchObject({
      reason: "engine-absent",
      detail: "DOCKER_CERT_PATH has no ca.pem, cert.pem and key.pem",
    });
  });
});
