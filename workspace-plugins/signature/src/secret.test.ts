import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import { isSecret, secretKeyIn } from "./secret.ts";

test.each([
  "NPM_TOKEN",
  "GITHUB_TOKENS",
  "npm_config__authToken",
  "SECRET",
  "DB_PASSWORD",
  "PGPASSWORD",
  "MYSQL_PASSWD",
  "KEY_PASSPHRASE",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "API_KEY",
  "APIKEY",
  "SIGNING_KEYS",
  "KEY",
  "AUTH",
  "HTTP_AUTH_HEADER",
])("the name %s says that its value is secret", (name) => {
  expect(isSecret(name, "value", [])).toBe(true);
});

test.each(["MODE", "NODE_ENV", "KEYBOARD", "MONKEY", "AUTHOR", "SLIPWAY_ENGINE", "CI"])(
  "the name %s says nothing",
  (name) => {
    expect(isSecret(name, "value", [])).toBe(false);
    expect(isSecret(name, "value", ["OTHER", name])).toBe(true);
  },
);

test("a URL with a password is secret whatever its name", () => {
  expect(isSecret("DATABASE", "postgres://me:hunter2@localhost/db", [])).toBe(true);
  expect(isSecret("DATABASE", "postgres://localhost:5432/db@x:y", [])).toBe(false);
});

test("the key of a workspace stays the same, is its owner's alone, and another workspace has another", async () => {
  using rig = openRig();
  using other = openRig();
  const keys = await Promise.all(Array.from({ length: 8 }, async () => secretKeyIn(rig.root)()));
  const key = readFileSync(path.join(rig.root, ".slipway/secret-key"), "utf8");
  expect(new Set([...keys, await secretKeyIn(rig.root)()])).toEqual(new Set([key]));
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(path.join(rig.root, ".slipway/secret-key")).mode & 0o777).toBe(0o600);
  expect(readdirSync(path.join(rig.root, ".slipway"))).toEqual(["secret-key"]);
  expect(await secretKeyIn(other.root)()).not.toBe(key);
});
