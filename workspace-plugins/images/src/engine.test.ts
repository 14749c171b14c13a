import { digestOf } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { openFakeEngine } from "../test/fake-engine.ts";
import type { Engine } from "./engine-port.ts";

const signal = new AbortController().signal;

function run(engine: Engine) {
  return engine.run(
    {
      image: digestOf("image"),
      command: ["x"],
      environment: {},
      network: "none",
      readOnlyRoot: false,
      dropCapabilities: [],
      noNewPrivileges: false,
      temporaryFolders: {},
      mounts: [],
      labels: {},
    },
    { stdout: () => undefined, stderr: () => undefined, signal, timeoutMs: 10_000 },
  );
}

describe("openEngine", () => {
  it("knows version and platform from one question", async () => {
    await using fake = await openFakeEngine();
    expect(fake.engine.version).toBe("1.0");
    expect(fake.engine.platform).toEqual({ os: "linux", architecture: "amd64" });
    expect(fake.asked).toEqual(["GET /version"]);
  });

  it("knows an engine without root, of Docker and of Podman", async () => {
    const answers = [
      { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] },
      { SecurityOptions: ["name=seccomp"], Rootless: true },
      { SecurityOptions: ["name=seccomp"] },
      { SecurityOptions: null, Rootless: false },
    ];
    for (const [at, answer] of answers.entries()) {
      await using fake = await openFakeEngine({ "GET /info": answer });
      expect(await fake.engine.isRootless()).toEqual({ ok: true, value: at < 2 });
    }
  });

  it("says that the engine is lost when it dies under a run", async () => {
    await using fake = await openFakeEngine();
    expect(await run(fake.engine)).toMatchObject({ ok: false, failure: { reason: "engine-lost" } });
  });

  it("gives the engine's status and words when it refuses", async () => {
    await using fake = await openFakeEngine();
    expect(await fake.engine.tag(digestOf("x"), "a", "b")).toEqual({
      ok: false,
      failure: { reason: "engine-refused", operation: "tag", status: 404, detail: "no such thing" },
    });
  });

  it("says what was unclear when the engine answers in another form", async () => {
    await using fake = await openFakeEngine({ "GET /containers/c1/json": { Id: "c1" } });
    expect(await run(fake.engine)).toMatchObject({
      failure: { reason: "engine-unclear", operation: "inspect" },
    });
    expect(fake.asked).toContain("DELETE /containers/c1");
  });

  it.each([{ username: "ann", password: "p" }, { identitytoken: "t" }, { registrytoken: "t" }])(
    "is shown the credential of a pull: %j",
    async (credential) => {
      const shown: unknown[] = [];
      await using fake = await openFakeEngine({
        "POST /images/create": (response) => {
          const header = String(response.req.headers["x-registry-auth"]);
          shown.push(JSON.parse(Buffer.from(header, "base64").toString("utf8")));
          response.writeHead(403).end('{"message":"no"}');
        },
      });
      const request = { signal, progress: () => undefined, timeoutMs: 10_000, credential };
      expect(await fake.engine.pull("registry.example/a:1", request)).toMatchObject({ ok: false });
      expect(shown).toEqual([credential]);
    },
  );

  it("asks nothing more once it is stopped", async () => {
    await using fake = await openFakeEngine();
    const streams = {
      stdout: () => undefined,
      stderr: () => undefined,
      signal: AbortSignal.abort(),
      timeoutMs: 1000,
    };
    const spec = {
      image: digestOf("image"),
      command: [],
      environment: {},
      network: "none",
      readOnlyRoot: false,
      dropCapabilities: [],
      noNewPrivileges: false,
      temporaryFolders: {},
      mounts: [],
      labels: {},
    };
    expect(await fake.engine.run(spec, streams)).toMatchObject({
      failure: { reason: "engine-interrupted" },
    });
    expect(fake.asked).toEqual(["GET /version"]);
  });
});
