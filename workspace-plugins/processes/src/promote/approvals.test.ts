import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { initKeys, readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { approve, readApprovals } from "./approvals.ts";

const now = new Date("2026-11-21T12:00:00Z");
const digests = { index: digestOf("a"), registry: digestOf("b") };
const promotion = { project: "skills", from: "testnet", to: "production", digests };

/** A workspace that trusts one person, whose key is on this machine. */
async function openRig() {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-approvals-"));
  const place = { workspaceRoot, projectRoot: "examples/skills" };
  const person = async (name: string, trusting = workspaceRoot): Promise<SigningKey> => {
    const variables = { XDG_CONFIG_HOME: path.join(workspaceRoot, name) };
    await initKeys(trusting, variables);
    const key = await readSigningKey(signingKeyFile(variables));
    if (!key.ok) throw new Error(key.failure.reason);
    return key.value;
  };
  const read = async (asked: { from?: string; to?: string; project?: string } = {}) => {
    const trust = await readTrust(workspaceRoot);
    if (!trust.ok) throw new Error(trust.failure.reason);
    return readApprovals(place, { ...promotion, ...asked }, { trust: trust.value, now });
  };
  return {
    place,
    person,
    read,
    absolute: (file: string) => path.join(workspaceRoot, file),
    [Symbol.asyncDispose]: () => rm(workspaceRoot, { recursive: true }),
  };
}

test("what was signed is read back with its signer and the digests, and only for these environments", async () => {
  await using rig = await openRig();
  const key = await rig.person("second");
  const file = await approve(rig.place, promotion, { key, now });
  expect(await rig.read()).toEqual([{ file, state: "signed", signer: key.hint, digests }]);
  expect(await rig.read({ to: "other" })).toEqual([]);
});

test("approved again by the same person is one file; another person's is another", async () => {
  await using rig = await openRig();
  const key = await rig.person("second");
  await approve(rig.place, promotion, { key, now });
  await approve(rig.place, promotion, { key, now });
  expect(await rig.read()).toHaveLength(1);
  await approve(rig.place, promotion, { key: await rig.person("third"), now });
  expect(await rig.read()).toHaveLength(2);
});

test("a person whom the workspace does not trust is not believed", async () => {
  await using rig = await openRig();
  const key = await rig.person("stranger", rig.absolute("elsewhere"));
  await approve(rig.place, promotion, { key, now });
  expect(await rig.read()).toMatchObject([
    { state: "disbelieved", problem: expect.stringContaining("unknown") as string },
  ]);
});

test("digests that were changed after signing are not believed", async () => {
  await using rig = await openRig();
  const file = rig.absolute(
    await approve(rig.place, promotion, { key: await rig.person("second"), now }),
  );
  const bundle = JSON.parse(await readFile(file, "utf8")) as {
    dsseEnvelope: { payload: string };
  };
  const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString();
  const forged = payload.replace(digests.index.slice(7), digestOf("c").slice(7));
  expect(forged).not.toBe(payload);
  bundle.dsseEnvelope.payload = Buffer.from(forged).toString("base64");
  await writeFile(file, JSON.stringify(bundle));
  expect(await rig.read()).toMatchObject([
    { state: "disbelieved", problem: expect.stringContaining("signature") as string },
  ]);
});

test("an approval for other environments or another project is not made one for these by its name", async () => {
  await using rig = await openRig();
  const key = await rig.person("second");
  const file = await approve(rig.place, { ...promotion, from: "dev" }, { key, now });
  await rename(
    rig.absolute(file),
    rig.absolute(file.replace("dev-production", "testnet-production")),
  );
  expect(await rig.read()).toMatchObject([
    { state: "disbelieved", problem: "it is for skills dev production" },
  ]);
  expect(await rig.read({ project: "other" })).toMatchObject([{ state: "disbelieved" }]);
});
