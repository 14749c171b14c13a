import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readSigningKey, signingKeyFile } from "./key.ts";
import { initKeys, readTrust } from "./trust.ts";

/** A workspace and a user of their own. */
async function openRig() {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-attestation-"));
  const variables = { XDG_CONFIG_HOME: path.join(root, "config") };
  return {
    root,
    variables,
    initKeys: () => initKeys(root, variables),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

describe("initKeys", () => {
  it("makes a key that only its owner can read, and trusts it here", async () => {
    await using rig = await openRig();
    expect(await rig.initKeys()).toMatchObject({ ok: true, value: { cause: "signing-key-made" } });
    const file = signingKeyFile(rig.variables);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const key = await readSigningKey(file);
    const trust = await readTrust(rig.root);
    expect(key.ok && trust.ok && trust.value.has(key.value.hint)).toBe(true);
  });

  it("keeps the key that is there", async () => {
    await using rig = await openRig();
    await rig.initKeys();
    const before = await readFile(signingKeyFile(rig.variables), "utf8");
    expect(await rig.initKeys()).toMatchObject({
      ok: true,
      value: { state: "unchanged", cause: "signing-key-present" },
    });
    expect(await readFile(signingKeyFile(rig.variables), "utf8")).toBe(before);
  });

  it("keeps one key when two make it at once", async () => {
    await using rig = await openRig();
    const results = await Promise.all([rig.initKeys(), rig.initKeys()]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    const key = await readSigningKey(signingKeyFile(rig.variables));
    const trust = await readTrust(rig.root);
    expect(trust.ok && key.ok && [...trust.value.keys()]).toEqual([key.ok && key.value.hint]);
  });
});

describe("readSigningKey", () => {
  it("refuses a key that others can read, and what is no Ed25519 key", async () => {
    await using rig = await openRig();
    await rig.initKeys();
    const file = signingKeyFile(rig.variables);
    await chmod(file, 0o644);
    expect(await readSigningKey(file)).toMatchObject({
      failure: { reason: "signing-key-exposed", mode: "644" },
    });
    await chmod(file, 0o600);
    await writeFile(file, "nothing");
    expect(await readSigningKey(file)).toMatchObject({
      failure: { reason: "signing-key-invalid" },
    });
  });
});
