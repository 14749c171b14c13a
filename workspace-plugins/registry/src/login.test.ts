import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serveOdd, status } from "../test/odd-registry.ts";
import type { Reply } from "../test/odd-registry.ts";
import { login, logout } from "./login.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "slipway-login-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const signal = new AbortController().signal;
const takesAda: Reply = (request, response) => {
  const shown = Buffer.from("ada:engine").toString("base64");
  return request.headers.authorization === `Basic ${shown}`
    ? status(200)(request, response)
    : status(401, { "www-authenticate": 'Basic realm="x"' })(request, response);
};

test("what a registry takes is kept, and forgotten again", async () => {
  await using rig = await serveOdd([takesAda]);
  const host = rig.reference.registry;
  const place = { host, home, plainHosts: new Set<typeof host>(), signal };
  const ada = { kind: "password", username: "ada", password: "engine" } as const;
  expect(await login(place, ada)).toEqual({
    ok: true,
    value: {
      state: "done",
      cause: "registry-logged-in",
      facts: { registry: host, user: "ada" },
    },
  });
  const file = path.join(home, ".aigogo", "auth.json");
  const kept = readFileSync(file, "utf8");
  expect(JSON.parse(kept)).toEqual({ auths: { [host]: { auth: "YWRhOmVuZ2luZQ==" } } });
  expect(await login(place, { ...ada, password: "wrong" })).toMatchObject({
    failure: { reason: "registry-refused", status: 401 },
  });
  expect(readFileSync(file, "utf8")).toBe(kept);
  expect(await logout(host, home)).toMatchObject({ value: { cause: "registry-logged-out" } });
  expect(await logout(host, home)).toMatchObject({ value: { state: "unchanged" } });
});

test("what a registry does not take leaves no file", async () => {
  await using rig = await serveOdd([takesAda]);
  const host = rig.reference.registry;
  const refused = await login(
    { host, home, plainHosts: new Set(), signal },
    { kind: "password", username: "eve", password: "engine" },
  );
  expect(refused.ok).toBe(false);
  expect(existsSync(path.join(home, ".aigogo"))).toBe(false);
});

test("a login elsewhere while the registry thinks is kept too", async () => {
  const other = { kind: "password", username: "eve", password: "apple" } as const;
  await using second = await serveOdd([status(200)]);
  const place = (host: typeof second.reference.registry) => ({
    host,
    home,
    plainHosts: new Set<typeof host>(),
    signal,
  });
  await using first = await serveOdd([
    (request, response) => {
      void (async () => {
        await login(place(second.reference.registry), other);
        takesAda(request, response);
      })();
    },
  ]);
  const ada = { kind: "password", username: "ada", password: "engine" } as const;
  expect(await login(place(first.reference.registry), ada)).toMatchObject({ ok: true });
  const kept = readFileSync(path.join(home, ".aigogo", "auth.json"), "utf8");
  expect(Object.keys((JSON.parse(kept) as { auths: object }).auths).toSorted()).toEqual(
    [first.reference.registry, second.reference.registry].toSorted(),
  );
});
