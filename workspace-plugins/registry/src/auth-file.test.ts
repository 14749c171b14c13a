import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { credentialIn, readAuthFile, removeCredential, saveCredential } from "./auth-file.ts";
import { findCredentialIn } from "./find-credential.ts";
import { isRegistryHost } from "./reference.ts";
import type { RegistryHost } from "./reference.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-auth-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function host(text: string): RegistryHost {
  if (!isRegistryHost(text)) throw new Error(text);
  return text;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const ada = { kind: "password", username: "ada", password: "en:gine" } as const;

async function find(content: unknown, wanted: string): Promise<unknown> {
  const file = path.join(folder, "auth.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  const read = await readAuthFile(file);
  if (!read.ok) return read.failure;
  const found = credentialIn(read.value, host(wanted));
  return found.ok ? found.value : found.failure;
}

describe("a file of credentials", () => {
  test.for([
    ["registry.example", "registry.example"],
    ["https://registry.example/v2/", "registry.example"],
    ["Registry.Example:8443", "registry.example:8443"],
    ["https://index.docker.io/v1/", "docker.io"],
  ])("has an entry %s for %s", async ([key = "", wanted = ""]) => {
    expect(await find({ auths: { [key]: { auth: base64("ada:en:gine") } } }, wanted)).toEqual(ada);
  });

  test.for([
    ["registry.example", "other.example"],
    ["registry.example", "registry.example:8443"],
    ["registry.example.evil.example", "registry.example"],
    ["https://evil.example/registry.example", "registry.example"],
  ])("has an entry %s and none for %s", async ([key = "", wanted = ""]) => {
    expect(await find({ auths: { [key]: { auth: base64("a:b") } } }, wanted)).toBe(undefined);
  });

  test("may have tokens, and an empty entry for what a helper keeps", async () => {
    const auths = {
      "a.example": { auth: base64("<token>:"), identitytoken: "refresh" },
      "b.example": { registrytoken: "bearer" },
      "c.example": {},
    };
    expect(await find({ auths }, "a.example")).toEqual({
      kind: "identity-token",
      token: "refresh",
    });
    expect(await find({ auths }, "b.example")).toEqual({ kind: "registry-token", token: "bearer" });
    expect(await find({ auths }, "c.example")).toBe(undefined);
  });

  test.for([
    ["{", "not-json"],
    ["[]", "not-an-object"],
    ['{"auths":[]}', "not-an-object"],
    ['{"auths":{"a.example":{"auth":"bm8="}}}', "auth-invalid"],
  ])("of %s is refused, and nothing of it is told", async ([content = "", problem = ""]) => {
    const file = path.join(folder, "auth.json");
    const facts = problem === "auth-invalid" ? { host: "a.example" } : {};
    const failure = { reason: "credentials-file-invalid", file, problem, ...facts };
    expect(await find(content, "a.example")).toEqual(failure);
  });

  test("is written as aigg writes it, for its owner alone, and keeps what we do not know", async () => {
    const file = path.join(folder, "new", "auth.json");
    const empty = await readAuthFile(file);
    if (!empty.ok) throw new Error("internal");
    await saveCredential(empty.value, host("registry.example"), ada);
    expect(readFileSync(file, "utf8")).toBe(
      `{\n  "auths": {\n    "registry.example": {\n      "auth": "${base64("ada:en:gine")}"\n    }\n  }\n}`,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, JSON.stringify({ other: 1, auths: { "https://registry.example": {} } }));
    const known = await readAuthFile(file);
    if (!known.ok) throw new Error("internal");
    expect(await removeCredential(known.value, host("registry.example"))).toBe(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ other: 1, auths: {} });
    expect(await removeCredential({ file, content: {} }, host("registry.example"))).toBe(false);
  });
});

describe("a credential", () => {
  const findIn = async (
    files: { readonly own?: unknown; readonly docker?: unknown },
    answer: { readonly exitCode: number | undefined; readonly output: string },
    wanted = "registry.example",
  ) => {
    const asked: string[] = [];
    if (files.own !== undefined) {
      writeFileSync(path.join(folder, "auth.json"), JSON.stringify(files.own));
    }
    if (files.docker !== undefined) {
      writeFileSync(path.join(folder, "config.json"), JSON.stringify(files.docker));
    }
    const found = await findCredentialIn({
      ownFile: path.join(folder, "auth.json"),
      dockerFolder: folder,
      askHelper: async (program, key) => {
        asked.push(`${program} ${key}`);
        return answer;
      },
    })(host(wanted));
    return { found, asked };
  };
  const auths = { "registry.example": { auth: base64("docker:x") } };
  const none = { exitCode: 1, output: "credentials not found in native keychain" };

  test("of ours comes before Docker's, and then no helper is asked", async () => {
    const own = { auths: { "registry.example": { auth: base64("ada:en:gine") } } };
    const { found, asked } = await findIn({ own, docker: { auths, credsStore: "pass" } }, none);
    expect(found).toEqual({ ok: true, value: ada });
    expect(asked).toEqual([]);
  });

  test("of a host's helper comes before that of all hosts", async () => {
    const docker = { auths, credsStore: "pass", credHelpers: { "registry.example": "cloud" } };
    const output = JSON.stringify({ Username: "ada", Secret: "en:gine" });
    const { found, asked } = await findIn({ docker }, { exitCode: 0, output });
    expect(found).toEqual({ ok: true, value: ada });
    expect(asked).toEqual(["docker-credential-cloud registry.example"]);
  });

  test("that a helper has not is looked for in the file", async () => {
    const { found } = await findIn({ docker: { auths, credsStore: "pass" } }, none);
    expect(found).toMatchObject({ ok: true, value: { username: "docker" } });
  });

  test("of Docker Hub is asked for by its old URL, and may be a refresh token", async () => {
    const output = JSON.stringify({ Username: "<token>", Secret: "refresh" });
    const docker = { credsStore: "pass" };
    const { found, asked } = await findIn({ docker }, { exitCode: 0, output }, "docker.io");
    expect(found).toEqual({ ok: true, value: { kind: "identity-token", token: "refresh" } });
    expect(asked).toEqual(["docker-credential-pass https://index.docker.io/v1/"]);
  });

  test.for([
    [2, "secret words", "it ended with 2"],
    [undefined, "", "it could not be run"],
    [0, "secret words", "its answer has no Username and Secret"],
  ] as const)(
    "whose helper fails is a failure without its words",
    async ([exitCode, output, error]) => {
      const { found } = await findIn(
        { docker: { auths, credsStore: "pass" } },
        { exitCode, output },
      );
      const facts = { program: "docker-credential-pass", host: "registry.example", error };
      expect(found).toEqual({
        ok: false,
        failure: { reason: "credential-helper-failed", ...facts },
      });
    },
  );

  test("never makes a path a program", async () => {
    const { found, asked } = await findIn({ docker: { credsStore: "../../tmp/x" } }, none);
    expect(found).toEqual({ ok: true, value: undefined });
    expect(asked).toEqual([]);
  });
});
