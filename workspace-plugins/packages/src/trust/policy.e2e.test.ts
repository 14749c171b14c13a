import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { initKeys, readSigningKey, signingKeyFile } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addPackage } from "../add.ts";
import { cacheIn } from "../cache/cache.ts";
import { installPackages } from "../install.ts";
import { pushReference } from "../remote/push.ts";
import { entryFolder, storeIn } from "../store-place.ts";
import { parseDigest } from "@slipway/signature";

let served: RegistryRig;
let root: string;
let asked: string[];
beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-policy-"));
  asked = [];
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const registry = openRegistry({ counted: (question) => void asked.push(question) });
const signal = new AbortController().signal;
const home = () => path.join(root, "home");
const workspace = () => path.join(root, "workspace");
const project = () => path.join(workspace(), "app");

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

/** A key of this user; of another where `config` names another's settings. */
async function keyOf(config: string): Promise<SigningKey> {
  const variables = { XDG_CONFIG_HOME: path.join(root, config) };
  const made = await initKeys(path.join(root, `${config}-workspace`), variables);
  const key = await readSigningKey(signingKeyFile(variables));
  if (!made.ok || !key.ok) throw new Error("no key");
  return key.value;
}

async function trust(key: SigningKey, more: object = {}): Promise<void> {
  const signers = { [key.hint]: { publicKey: key.publicKey, ...more } };
  await write("workspace/trust/signers.json", JSON.stringify({ schema: 1, signers }));
}

/** Pushes a package of one line of code, and locks it in the project. */
async function lockPushed(name: string, code: string, signingKey?: SigningKey): Promise<void> {
  const manifest = { name: path.basename(name), version: "1.0.0", language: { name: "python" } };
  const files = { include: ["*.py"] };
  await write(`${name}/aigogo.json`, JSON.stringify({ ...manifest, files }));
  await write(`${name}/code.py`, code);
  const reference = `${served.host}/${name}:1.0.0`;
  const pushed = await pushReference({
    reference,
    from: { project: path.join(root, name) },
    mayMove: true,
    cache: cacheIn(home()),
    registry,
    progress: () => {},
    now: new Date(),
    signal: new AbortController().signal,
    signingKey,
  });
  expect(pushed).toMatchObject({ ok: true });
  await mkdir(project(), { recursive: true });
  const added = await addPackage({
    reference,
    lockFile: path.join(project(), "aigogo.lock"),
    registry,
    store: storeIn(home()),
    signal,
  });
  expect(added).toMatchObject({ ok: true });
}

async function policy(...rules: readonly object[]): Promise<void> {
  await write("workspace/aigogo.policy.json", JSON.stringify({ schema: 1, rules }));
}

async function install(isOffline = false) {
  asked = [];
  return installPackages({
    workspaceRoot: workspace(),
    projectRoot: "app",
    home: home(),
    virtualEnv: undefined,
    registry,
    signal,
    progress: () => {},
    isOffline,
  });
}

async function linked(): Promise<readonly string[]> {
  const folder = path.join(project(), ".aigogo/imports/aigogo");
  return (await readdir(folder).catch((): string[] => [])).filter((name) => !name.startsWith("_"));
}

async function refusal() {
  const installed = await install();
  expect(await linked()).toEqual([]);
  return installed.ok ? undefined : installed.failure;
}

test("a package that a trusted key has signed is installed, and again without a request", async () => {
  const key = await keyOf("mine");
  await trust(key);
  await policy({ packages: ["*"], sources: [`${served.host}/team`], signed: true });
  await lockPushed("team/good", "x = 1\n", key);
  expect(await install()).toMatchObject({ ok: true });
  expect(await linked()).toEqual(["good"]);
  expect(await install(true)).toMatchObject({ ok: true, value: { state: "unchanged" } });
  expect(asked).toEqual([]);
});

test("a key that is revoked later counts no more, and what was linked stays", async () => {
  const key = await keyOf("mine");
  await trust(key);
  await policy({ packages: ["*"], signed: true });
  await lockPushed("team/revoked", "x = 2\n", key);
  expect(await install()).toMatchObject({ ok: true });
  await trust(key, { revokedAt: "2026-01-01T00:00:00Z" });
  expect(await install(true)).toMatchObject({
    failure: {
      reason: "package-unsigned",
      objections: [{ signer: key.hint, problem: "revoked" }],
    },
  });
  expect(await linked()).toEqual(["revoked"]);
});

test("nobody's, a stranger's and another content's signatures link nothing", async () => {
  const [mine, stranger] = [await keyOf("mine"), await keyOf("stranger")];
  await trust(mine);
  await policy({ packages: ["*"], signed: true });
  await lockPushed("team/bare", "x = 3\n");
  expect(await refusal()).toMatchObject({ reason: "package-unsigned", objections: [] });
  await lockPushed("team/bare", "x = 3\n", stranger);
  expect(await refusal()).toMatchObject({
    objections: [{ signer: stranger.hint, problem: "unknown" }],
  });
});

test("a statement of other content, kept in the store, is not taken for this one's", async () => {
  const key = await keyOf("mine");
  await trust(key);
  await policy({ packages: ["*"], signed: true });
  await lockPushed("team/first", "x = 4\n", key);
  await lockPushed("team/second", "x = 5\n");
  expect(await refusal()).toMatchObject({ reason: "package-unsigned", key: "second" });
  const lock = JSON.parse(await readFile(path.join(project(), "aigogo.lock"), "utf8")) as {
    readonly packages: Record<string, { readonly integrity: string }>;
  };
  const kept = (name: string) => {
    const integrity = parseDigest(lock.packages[name]?.integrity ?? "");
    if (integrity === undefined) throw new Error(name);
    return path.join(entryFolder(storeIn(home()), integrity), "signature.sigstore.json");
  };
  await writeFile(kept("second"), await readFile(kept("first")));
  expect(await refusal()).toMatchObject({
    key: "second",
    objections: [{ signer: key.hint, problem: "of other content" }],
  });
  // What is damaged in the store is had from the registry again.
  await writeFile(kept("first"), "{}");
  await policy({ packages: ["first"], signed: true }, { packages: ["*"] });
  expect(await install()).toMatchObject({ ok: true });
  expect(await linked()).toEqual(["first", "second"]);
});

test("what is signed as one package, or one version, is not had as another", async () => {
  const key = await keyOf("mine");
  await trust(key);
  await policy({ packages: ["*"], signed: true });
  await lockPushed("team/real", "x = 9\n", key);
  const lockFile = path.join(project(), "aigogo.lock");
  const lock = await readFile(lockFile, "utf8");
  const problem = "its content is that of real 1.0.0";
  for (const changed of [lock.replace('"real"', '"fake"'), lock.replace('"1.0.0"', '"2.0.0"')]) {
    expect(changed).not.toBe(lock);
    await writeFile(lockFile, changed);
    expect(await refusal()).toMatchObject({
      reason: "package-unsigned",
      objections: [{ signer: undefined, problem }],
    });
  }
  await writeFile(lockFile, lock);
  expect(await install()).toMatchObject({ ok: true });
});

test("only the signers of the rule count, also among those who are trusted", async () => {
  const [mine, other] = [await keyOf("mine"), await keyOf("other")];
  await trust(mine);
  await lockPushed("team/ruled", "x = 6\n", mine);
  await policy({ packages: ["*"], signers: [other.hint] });
  expect(await refusal()).toMatchObject({
    objections: [{ signer: mine.hint, problem: "not among the signers of the rule" }],
  });
  await policy({ packages: ["*"], signers: [other.hint, mine.hint] });
  expect(await install()).toMatchObject({ ok: true });
});

test("a source that no rule allows is refused before anything is asked for", async () => {
  await lockPushed("teamwork/tool", "x = 7\n");
  await policy({ packages: ["*"], sources: [`${served.host}/team`] });
  expect(await refusal()).toMatchObject({ reason: "source-not-allowed", key: "tool" });
  expect(asked).toEqual([]);
  await policy({ packages: ["other-*"] });
  expect(await refusal()).toMatchObject({ reason: "policy-without-rule", key: "tool" });
  expect(asked).toEqual([]);
});

test("a policy that is not one is told with its place, and nothing is installed", async () => {
  await lockPushed("team/typo", "x = 8\n");
  await write("workspace/aigogo.policy.json", '{ "schema": 1,\n  "rules": [{ "package": "*" }] }');
  const failure = await refusal();
  expect(failure).toMatchObject({ reason: "package-file-invalid", problems: [{ line: 2 }, {}] });
});
