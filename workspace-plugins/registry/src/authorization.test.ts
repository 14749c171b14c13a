import { digestOf, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { serveOdd, status } from "../test/odd-registry.ts";
import type { OddRegistry, Reply } from "../test/odd-registry.ts";
import type { Credential } from "./credential.ts";

const ada: Credential = { kind: "password", username: "ada", password: "engine" };
const digest = digestOf("x");
const found = status(200, { "docker-content-digest": digest });

/** Answers who shows `Bearer <token>`, and sends everybody else to the realm. */
const guarded =
  (token: () => string, realm: string): Reply =>
  (request, response) => {
    if (request.headers.authorization === `Bearer ${token()}`) return found(request, response);
    const challenge = `Bearer realm="${realm}",service="s"`;
    return status(401, { "www-authenticate": challenge })(request, response);
  };

async function serveBoth(
  tokens: readonly string[],
  credential: Credential | undefined = ada,
): Promise<AsyncDisposable & { readonly rig: OddRegistry; readonly server: OddRegistry }> {
  const server = await serveOdd(
    tokens.map((token) => status(200, {}, JSON.stringify({ token, expires_in: 300 }))),
  );
  const realm = `http://127.0.0.1:${server.port}/token?account=x`;
  const current = () => tokens[Math.max(0, server.asked.length - 1)] ?? tokens.at(-1) ?? "";
  const rig = await serveOdd([guarded(current, realm)], {
    findCredential: async () => ok(credential),
  });
  return {
    rig,
    server,
    [Symbol.asyncDispose]: async () => {
      await rig[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("one token serves many requests at one time, and the realm's own query is kept", async () => {
  await using both = await serveBoth(["one"]);
  const { registry, reference } = both.rig;
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => registry.headManifest(reference)),
  );
  expect(answers).toEqual(
    Array.from({ length: 6 }, () => ({ state: "present", value: { digest } })),
  );
  expect(both.server.asked).toEqual([
    "GET /token?account=x&service=s&scope=repository%3Aa%2Fb%3Apull",
  ]);
  await registry.headManifest(reference);
  expect(both.server.asked.length).toBe(1);
});

test("a token that is refused before its time is replaced once", async () => {
  await using both = await serveBoth(["one", "two"]);
  const { registry, reference } = both.rig;
  await registry.headManifest(reference);
  await registry.listTags(reference);
  expect(both.server.asked.length).toBe(1);
  // The server goes on to its next token with this question, and the registry with it.
  await fetch(`http://127.0.0.1:${both.server.port}/token`);
  expect(await registry.headManifest(reference)).toMatchObject({ state: "present" });
  expect(both.server.asked.length).toBe(3);
});

test("a bearer token of the user is sent as it is, to the registry alone", async () => {
  await using both = await serveBoth(["mine"], { kind: "registry-token", token: "mine" });
  const { registry, reference } = both.rig;
  expect(await registry.headManifest(reference)).toMatchObject({ state: "present" });
  expect(both.server.asked).toEqual([]);
});

test("a registry that refuses what it is shown is not asked again and again", async () => {
  const challenge = status(401, { "www-authenticate": 'Basic realm="x"' });
  await using rig = await serveOdd([challenge], { findCredential: async () => ok(ada) });
  expect(await rig.registry.headManifest(rig.reference)).toMatchObject({
    failure: { reason: "registry-refused", status: 401 },
  });
  expect(rig.asked.length).toBe(2);
});

test("nobody's credential is looked for where none is asked for", async () => {
  let looked = 0;
  const findCredential = async () => {
    looked += 1;
    return ok(ada);
  };
  await using rig = await serveOdd([found], { findCredential });
  await rig.registry.headManifest(rig.reference);
  expect(looked).toBe(0);
  expect(rig.requests[0]?.headers.authorization).toBe(undefined);
});

test("credentials are not sent to a token server without TLS, elsewhere than on this machine", async () => {
  const realm = 'Bearer realm="http://tokens.example/token"';
  await using rig = await serveOdd([status(401, { "www-authenticate": realm })], {
    findCredential: async () => ok(ada),
  });
  expect(await rig.registry.headManifest(rig.reference)).toMatchObject({
    failure: {
      reason: "response-invalid",
      problem: "realm-insecure",
      url: "http://tokens.example/token",
    },
  });
});

test("an answer without a token is told", async () => {
  await using server = await serveOdd([status(200, {}, '{"token":"two words"}')]);
  const realm = `Bearer realm="http://127.0.0.1:${server.port}/token"`;
  await using rig = await serveOdd([status(401, { "www-authenticate": realm })]);
  expect(await rig.registry.headManifest(rig.reference)).toMatchObject({
    failure: { reason: "response-invalid", problem: "token-invalid" },
  });
});
