import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  initKeys,
  readSigningKey,
  readTrust,
  signStatement,
  signingKeyFile,
} from "@slipway/attestation";
import { bundleType } from "@slipway/attestation/statement-types";
import { mediaTypes, openRegistry, parseReference } from "@slipway/registry";
import { attach } from "@slipway/registry/attachments";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf, fail, ok } from "@slipway/signature";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addPlugin } from "./add-plugin.ts";
import { parseAddress } from "./address.ts";
import { writeArchive } from "./archive.ts";
import { contentDigest, isModulePath } from "./module-files.ts";
import type { ModuleFile } from "./module-files.ts";
import { contentOf, describeBytes, parseArtefact, writeArtefact } from "./module-artefact.ts";
import { moduleStatement } from "./module-statement.ts";
import { parsePipeline } from "../definition/parse-pipeline.ts";
import { lockedPlugins } from "./locked-plugins.ts";
import { publishModule } from "./publish.ts";
import { syncModules } from "./sync.ts";
import type { Ask, SyncOptions } from "./sync.ts";

let served: RegistryRig;
let root: string;
let home: string;
let asked: string[];
let asks: readonly Ask[];
let team = 0;

beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-sync-"));
  home = mkdtempSync(path.join(tmpdir(), "slipway-sync-home-"));
  asked = [];
  asks = [];
  team += 1;
  await initKeys(root, { HOME: home });
});

afterEach(() => {
  for (const folder of [root, home]) rmSync(folder, { recursive: true, force: true });
});

const registry = openRegistry({ counted: (question) => void asked.push(question) });
const place = () => `${served.host}/t${team}`;

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

function writeModule(folder: string, name: string, version: string, more = ""): void {
  write(
    `${folder}/module.toml`,
    `[module]\nname = "${name}"\nversion = "${version}"\n${more}\n[run]\nprogram = "./plugin.ts"\n`,
  );
  write(`${folder}/plugin.ts`, `// ${name} ${version}\n`);
}

async function publish(name: string, version: string, more = "") {
  const folder = `modules/${name}-${version}`;
  writeModule(folder, name, version, more);
  const key = await readSigningKey(signingKeyFile({ HOME: home }));
  if (!key.ok) throw new Error("no key");
  return publishModule({
    folder: path.join(root, folder),
    to: place(),
    registry,
    key: key.value,
    progress: () => {},
  });
}

const head = () =>
  `version = "0.2"\nproject = { name = "app", registry = "${place()}" }\n[jobs.a]\nsteps = [{ run = "make" }]\n`;

async function sync(text: string, more: Partial<SyncOptions> = {}) {
  asked = [];
  return syncModules(await optionsOf(text, more));
}

async function optionsOf(text: string, more: Partial<SyncOptions> = {}): Promise<SyncOptions> {
  const trust = await readTrust(root);
  if (!trust.ok) throw new Error("no trust");
  return {
    root,
    file: "cig.toml",
    text: `${head()}${text}`,
    registry,
    defaultRegistry: undefined,
    standard: new Map([["provider/github", "0.1.0"]]),
    isOnPath: async () => false,
    trust: trust.value,
    now: new Date(),
    cache: { folder: path.join(home, "modules") },
    platform: "linux-x64",
    isFrozen: false,
    isOffline: false,
    isUpdate: false,
    approve: async (each) => {
      asks = each;
      return ok(undefined);
    },
    progress: () => {},
    signal: new AbortController().signal,
    ...more,
  };
}

const lockText = () => readFileSync(path.join(root, "cig.lock"), "utf8");

async function opened(text = "") {
  const pipeline = parsePipeline("cig.toml", `${head()}${text}`);
  if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.failure));
  const cache = { folder: path.join(home, "modules") };
  return lockedPlugins(pipeline.value, { root, file: "cig.toml", cache, platform: "linux-x64" });
}

async function openedFolder(name: string): Promise<string> {
  const plugins = await opened();
  const folder = plugins.ok ? plugins.value.folders.get(name) : undefined;
  if (folder === undefined) throw new Error(`${name} is not there`);
  return folder;
}

test("what is published is resolved, fetched and locked; again nothing is asked and nothing written", async () => {
  await publish("lang/ruby", "1.2.0");
  await publish("lang/ruby", "1.3.0");
  await publish("lang/rails", "2.0.0", `requires = ["lang/ruby@~1.2"]`);
  const text = `[plugins]\n"lang/rails" = "^2.0"\n[[outputs]]\nprovider = "github"\npath = "x.yml"\n`;
  const first = await sync(text);
  expect(first).toMatchObject({
    value: {
      state: "done",
      lock: {
        plugins: [
          { name: "lang/rails", version: "2.0.0", requires: ["lang/ruby"] },
          { name: "lang/ruby", version: "1.2.0", constraints: ["~1.2"] },
          { name: "provider/github", version: "0.1.0", source: "standard" },
        ],
      },
    },
  });
  const plugin = path.join(await openedFolder("lang/ruby"), "plugin.ts");
  expect(readFileSync(plugin, "utf8")).toBe("// lang/ruby 1.2.0\n");
  expect(statSync(plugin).mode & 0o777).toBe(0o444);

  const before = lockText();
  expect(await sync(text)).toMatchObject({ value: { state: "unchanged", differences: [] } });
  expect(await sync(text, { isFrozen: true, isOffline: true })).toMatchObject({ ok: true });
  expect(asked).toEqual([]);
  expect(lockText()).toBe(before);
  const locked = await opened(
    `[plugins]\n"provider/github" = { version = "*", settings = { a = 1 } }\n"lang/ruby" = "~1.2"\n`,
  );
  if (!locked.ok) throw new Error(JSON.stringify(locked.failure));
  expect(locked.value.configured).toEqual({
    "provider/github": { settings: { a: 1 } },
    "lang/ruby": "~1.2",
  });
  expect([...locked.value.folders.keys()]).toEqual(["lang/rails", "lang/ruby"]);
  expect(locked.value.manifests.get("lang/rails")?.version).toBe("2.0.0");
  expect(locked.value.withRequired(["provider/github"])).toEqual(["lang/ruby", "provider/github"]);
  const rails = await opened(text);
  expect(rails.ok && rails.value.withRequired([])).toEqual(["lang/rails", "lang/ruby"]);
  expect(await opened(`[plugins]\n"lang/ruby" = "^2.0"\n`)).toMatchObject({
    failure: {
      reason: "modules-lock-stale",
      file: "cig.lock",
      differences: [
        `- lang/ruby 1.2.0 ${place()}/lang/ruby`,
        `+ lang/ruby ^2.0 ${place()}/lang/ruby`,
      ],
    },
  });
  expect(await opened(`[plugins]\n"lang/ruby" = { source = "./ruby" }\n`)).toMatchObject({
    failure: {
      differences: [`- lang/ruby 1.2.0 ${place()}/lang/ruby`, "+ lang/ruby * ./ruby"],
    },
  });
});

test("what is locked stays until it is updated, and an empty cache is filled from the lock", async () => {
  await publish("lang/ruby", "1.2.0");
  const text = `[plugins]\n"lang/ruby" = "^1.0"\n`;
  await sync(text);
  await publish("lang/ruby", "1.3.0");
  rmSync(path.join(home, "modules"), { recursive: true });
  expect(await sync(text, { isOffline: true })).toMatchObject({
    failure: { reason: "modules-offline", needed: ["lang/ruby@1.2.0"] },
  });
  expect(await sync(text, { isFrozen: true })).toMatchObject({ value: { state: "unchanged" } });
  expect(asked.filter((one) => one.includes("tags/list"))).toEqual([]);
  expect((await opened()).ok).toBe(true);
  expect(await sync(text, { isUpdate: true })).toMatchObject({
    value: { state: "done", lock: { plugins: [{ version: "1.3.0" }] } },
  });
});

test("frozen says what would change, and writes nothing", async () => {
  await publish("lang/ruby", "1.2.0");
  await publish("lang/ruby", "1.3.0");
  await sync(`[plugins]\n"lang/ruby" = "1.2.0"\n`);
  const before = lockText();
  const stale = await sync(`[plugins]\n"lang/ruby" = "1.3.0"\n`, { isFrozen: true });
  expect(stale).toMatchObject({ failure: { reason: "modules-lock-stale", file: "cig.lock" } });
  const lines =
    !stale.ok && stale.failure.reason === "modules-lock-stale" ? stale.failure.differences : [];
  expect(lines.filter((line) => /version|constraints/.test(line))).toEqual([
    `- version = "1.2.0"`,
    `- constraints = [ "1.2.0" ]`,
    `+ version = "1.3.0"`,
    `+ constraints = [ "1.3.0" ]`,
  ]);
  expect(lockText()).toBe(before);
  rmSync(path.join(root, "cig.lock"));
  await sync(`[plugins]\n"lang/ruby" = "1.3.0"\n`, { isFrozen: true });
  expect(existsSync(path.join(root, "cig.lock"))).toBe(false);
});

test("a module that nobody, or only a stranger, has signed is refused", async () => {
  await publish("lang/ruby", "1.2.0");
  const text = `[plugins]\n"lang/ruby" = "^1.0"\n`;
  const stranger = await readSigningKey(signingKeyFile({ HOME: home }));
  expect(await sync(text, { trust: new Map() })).toMatchObject({
    failure: {
      reason: "module-unsigned",
      reference: `${place()}/lang/ruby:1.2.0`,
      objections: [{ signer: stranger.ok ? stranger.value.hint : "", problem: "unknown" }],
    },
  });
  expect(existsSync(path.join(root, "cig.lock"))).toBe(false);
  expect(existsSync(path.join(home, "modules"))).toBe(false);
});

function fileOf(name: string, text: string): ModuleFile {
  if (!isModulePath(name)) throw new Error(name);
  return { path: name, isExecutable: false, bytes: Buffer.from(text) };
}

test("a signer who is trusted no more is told, offline too, whatever is in the cache", async () => {
  await publish("lang/ruby", "1.2.0");
  const text = `[plugins]\n"lang/ruby" = "^1.0"\n`;
  await sync(text);
  for (const isOffline of [true, false]) {
    expect(await sync(text, { isOffline, trust: new Map() })).toMatchObject({
      failure: { reason: "module-unsigned", objections: [{ problem: "unknown" }] },
    });
  }
});

test("nobody can publish a namesake of what comes with slipway, or of a folder of the workspace", async () => {
  await publish("provider/github", "9.9.9");
  await publish("lang/mine", "9.9.9");
  writeModule(".slipway/plugins/lang/mine", "lang/mine", "0.0.1");
  const text = `[jobs.b]\nsteps = [{ uses = "lang/mine" }]\n[[outputs]]\nprovider = "github"\npath = "x.yml"\n`;
  expect(await sync(text)).toMatchObject({
    value: {
      lock: {
        plugins: [
          { name: "lang/mine", version: "0.0.1", source: "./.slipway/plugins/lang/mine" },
          { name: "provider/github", version: "0.1.0", source: "standard" },
        ],
      },
    },
  });
  expect(asked).toEqual([]);
  expect(await sync(text.replace("lang/mine", "lang/mine@9.9"))).toMatchObject({
    failure: {
      reason: "modules-conflict",
      place: "./.slipway/plugins/lang/mine",
      versions: ["0.0.1"],
      chains: [{ by: ["jobs.b.steps.0.uses"], constraint: "9.9" }],
    },
  });
});

test("a program on PATH is nobody's to lock", async () => {
  const text = `[jobs.b]\nsteps = [{ uses = "lang/here" }]\n`;
  const isOnPath = async (name: string) => name === "lang/here";
  expect(await sync(text, { isOnPath })).toMatchObject({ value: { lock: { plugins: [] } } });
});

test("programs for several machines are locked all, and only this machine's is fetched", async () => {
  const folder = "modules/native";
  const programs = ["linux-x64", "darwin-arm64"];
  const run = programs.map((one) => `[run.${one}]\nprogram = "./bin/${one}"\n`).join("");
  write(`${folder}/module.toml`, `[module]\nname = "lang/native"\nversion = "1.0.0"\n${run}`);
  for (const one of programs) write(`${folder}/bin/${one}`, one);
  chmodSync(path.join(root, folder, "bin/linux-x64"), 0o755);
  const key = await readSigningKey(signingKeyFile({ HOME: home }));
  if (!key.ok) throw new Error("no key");
  const to = place();
  const progress = () => {};
  await publishModule({ folder: path.join(root, folder), to, registry, key: key.value, progress });
  const text = `[plugins]\n"lang/native" = "^1.0"\n`;
  await sync(text);
  const kept = await openedFolder("lang/native");
  expect(readdirSync(path.join(kept, "bin"))).toEqual(["linux-x64"]);
  expect(statSync(path.join(kept, "bin/linux-x64")).mode & 0o777).toBe(0o555);
  const before = lockText();
  expect(before.match(/^(?:linux-x64|darwin-arm64) = "[0-9a-f]{64}"$/gm)).toHaveLength(2);
  expect(await sync(text, { platform: "darwin-arm64" })).toMatchObject({
    value: { state: "unchanged" },
  });
  expect(await sync(text, { platform: "win32-x64" })).toMatchObject({
    failure: {
      reason: "module-platform-missing",
      platform: "win32-x64",
      platforms: ["linux-x64", "darwin-arm64"],
    },
  });
  expect(lockText()).toBe(before);
});

/** Puts a module there as a publisher would that has no key. */
async function putUnsigned(name: string, version: string, content: string) {
  const files = [fileOf("plugin.ts", content)];
  const archive = await writeArchive(files);
  const config = Buffer.from(
    JSON.stringify({ module: { name, version }, run: { program: "./plugin.ts" } }),
  );
  const read = parseReference(`${place()}/${name}:${version}`);
  if (!read.ok) throw new Error(name);
  const layer = {
    platform: "any" as const,
    layer: describeBytes(archive),
    content: contentDigest(files),
  };
  const bytes = writeArtefact({ config: describeBytes(config), layers: [layer] });
  for (const blob of [config, archive]) {
    await registry.uploadBlob(read.value, digestOf(blob), new Blob([blob]));
  }
  await registry.putManifest(read.value, { mediaType: mediaTypes.ociManifest, bytes });
  return bytes;
}

test("what the registry says of a module is what its own file says", async () => {
  const bytes = await putUnsigned("lang/two", "1.0.0", "x");
  const key = await readSigningKey(signingKeyFile({ HOME: home }));
  const name = parseReference(`${place()}/lang/two`);
  const artefact = parseArtefact(bytes);
  if (!key.ok || !name.ok || !artefact.ok) throw new Error("internal: no artefact");
  const manifestDigest = digestOf(bytes);
  const statement = moduleStatement({
    repository: `${place()}/lang/two`,
    manifestDigest,
    name: "lang/two",
    version: "1.0.0",
    content: contentOf(artefact.value.layers),
  });
  await attach(
    registry,
    name.value,
    { digest: manifestDigest, sizeBytes: bytes.byteLength, mediaType: mediaTypes.ociManifest },
    { artifactType: bundleType, bytes: Buffer.from(await signStatement(statement, key.value)) },
  );
  expect(await sync(`[plugins]\n"lang/two" = "1.0"\n`)).toMatchObject({
    failure: {
      reason: "module-artefact-invalid",
      problem: "what it says of itself is not what its module.toml says",
    },
  });
});

test("an unsigned version, and a tag that moves to one, are refused", async () => {
  await putUnsigned("lang/bare", "1.0.0", "x");
  expect(await sync(`[plugins]\n"lang/bare" = "^1.0"\n`)).toMatchObject({
    failure: { reason: "module-unsigned", objections: [] },
  });
  await publish("lang/ruby", "1.2.0");
  const text = `[plugins]\n"lang/ruby" = "^1.0"\n`;
  await sync(text);
  await putUnsigned("lang/ruby", "1.2.0", "evil");
  rmSync(path.join(home, "modules"), { recursive: true });
  expect(await sync(text)).toMatchObject({
    failure: { reason: "module-changed", module: "lang/ruby", place: `${place()}/lang/ruby` },
  });
});

test("a layer that is changed where the registry keeps it is refused, and nothing of it is kept", async () => {
  await publish("lang/ruby", "9.9.9");
  const blobs = path.join(served.dataFolder, "docker/registry/v2/blobs/sha256");
  const layers = readdirSync(blobs, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("/data"))
    .map((name) => path.join(blobs, name))
    .filter((name) => readFileSync(name).includes(`// lang/ruby 9.9.9`));
  expect(layers.length).toBeGreaterThan(0);
  const layer = layers.at(-1) ?? "";
  const bytes = readFileSync(layer);
  bytes.write("EVIL", bytes.indexOf("// lang/ruby"));
  writeFileSync(layer, bytes);
  expect(await sync(`[plugins]\n"lang/ruby" = "9.9.9"\n`)).toMatchObject({
    failure: { reason: "blob-mismatch", repository: `${place()}/lang/ruby` },
  });
  expect(existsSync(path.join(root, "cig.lock"))).toBe(false);
});

test("what was changed in the cache is fetched again by a sync, and refused before", async () => {
  await publish("lang/ruby", "1.2.0");
  const text = `[plugins]\n"lang/ruby" = "^1.0"\n`;
  await sync(text);
  const folder = await openedFolder("lang/ruby");
  const before = await opened();
  if (!before.ok) throw new Error(JSON.stringify(before.failure));
  const plugin = { name: "lang/ruby", place: "locked", folder } as const;
  expect(await before.value.verify(plugin)).toMatchObject({ ok: true });
  chmodSync(path.join(folder, "plugin.ts"), 0o644);
  writeFileSync(path.join(folder, "plugin.ts"), "evil");
  const changed = { failure: { reason: "module-changed", module: "lang/ruby" } };
  expect(await before.value.verify(plugin)).toMatchObject(changed);
  expect(await opened()).toMatchObject(changed);
  expect(await sync(text)).toMatchObject({ ok: true });
  expect((await opened()).ok).toBe(true);
});

test("a published version never changes, and publishing it again sends nothing", async () => {
  expect(await publish("lang/ruby", "1.2.0")).toMatchObject({
    value: { state: "done", cause: "module-published" },
  });
  asked = [];
  expect(await publish("lang/ruby", "1.2.0")).toMatchObject({
    value: { state: "unchanged", cause: "module-was-published" },
  });
  expect(asked.filter((one) => /^(?:PUT|POST|PATCH)/.test(one))).toEqual([]);
  expect(await publish("lang/ruby", "1.2.0", `description = "other"`)).toMatchObject({
    failure: { reason: "module-version-taken", reference: `${place()}/lang/ruby:1.2.0` },
  });
});

test("capabilities are asked for once, and what was granted stays with another version", async () => {
  await publish("lang/ruby", "1.2.0", `capabilities_required = ["filesystem:read"]`);
  const text = `[plugins]\n"lang/ruby" = "^1.0"\n`;
  const refuse: SyncOptions["approve"] = async (each) =>
    fail({ reason: "module-not-granted", asked: each });
  expect(await sync(text, { approve: refuse })).toMatchObject({ ok: true });
  const before = lockText();
  await publish("lang/ruby", "1.3.0", `capabilities_required = ["network:https"]`);
  expect(await sync(text, { approve: refuse, isUpdate: true })).toMatchObject({
    failure: {
      reason: "module-not-granted",
      asked: [{ module: "lang/ruby", version: "1.3.0", capabilities: ["network:https"] }],
    },
  });
  expect(lockText()).toBe(before);
  expect(await sync(text, { isUpdate: true })).toMatchObject({ ok: true });
  expect(asks).toHaveLength(1);
  expect(lockText()).toContain(`granted = [ "network:https" ]`);
  await publish("lang/ruby", "1.4.0", `capabilities_required = ["network:https"]`);
  expect(await sync(text, { isUpdate: true, approve: refuse })).toMatchObject({
    value: { lock: { plugins: [{ version: "1.4.0", granted: ["network:https"] }] } },
  });
});

function makeRepository(): string {
  const folder = path.join(root, "elsewhere");
  writeModule("elsewhere/ci/deploy", "acme/deploy", "1.0.0");
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder });
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "-m", "one");
  git("tag", "v1");
  return folder;
}

test("a folder of a git repository is locked by its commit, whoever moves the tag", async () => {
  const repository = makeRepository();
  const source = `git+file://${repository}//ci/deploy@v1`;
  const text = `[plugins]\n"acme/deploy" = { source = "${source}" }\n`;
  expect(await sync(text)).toMatchObject({
    value: { lock: { plugins: [{ name: "acme/deploy", version: "1.0.0", source }] } },
  });
  const commit = execFileSync("git", ["rev-parse", "v1"], { cwd: repository }).toString().trim();
  expect(lockText()).toContain(`commit = "${commit}"`);
  writeModule("elsewhere/ci/deploy", "acme/deploy", "1.1.0");
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: repository,
    });
  git("commit", "--quiet", "-am", "two");
  git("tag", "-f", "v1");
  rmSync(path.join(home, "modules"), { recursive: true });
  expect(await sync(text)).toMatchObject({ value: { state: "unchanged" } });
  expect(await sync(text, { isUpdate: true })).toMatchObject({
    value: { lock: { plugins: [{ version: "1.1.0" }] } },
  });
});

test("a locked commit that is gone is told, and nothing is locked in its place", async () => {
  const repository = makeRepository();
  const source = `git+file://${repository}//ci/deploy@v1`;
  const text = `[plugins]\n"acme/deploy" = { source = "${source}" }\n`;
  await sync(text);
  const before = lockText();
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: repository,
    });
  const locked = git("rev-parse", "v1").toString().trim();
  git("commit", "--quiet", "--amend", "-m", "another");
  git("tag", "-f", "v1");
  git("reflog", "expire", "--expire=now", "--all");
  git("gc", "--quiet", "--prune=now");
  rmSync(path.join(home, "modules"), { recursive: true });
  const actual = git("rev-parse", "v1").toString().trim();
  expect(await sync(text)).toEqual({
    ok: false,
    failure: { reason: "module-commit-gone", place: source, locked, actual },
  });
  expect(lockText()).toBe(before);
  expect(await sync(text, { isUpdate: true })).toMatchObject({ ok: true });
  expect(lockText()).toContain(`commit = "${actual}"`);
});

test("what git cannot give, and links in it, are told", async () => {
  const repository = makeRepository();
  const check = async (address: string) => {
    const synced = await sync(`[plugins]\n"acme/deploy" = { source = "${address}" }\n`);
    return synced.ok ? "ok" : synced.failure;
  };
  expect(await check(`git+file://${repository}//ci/deploy@v9`)).toMatchObject({
    reason: "module-git-failed",
    said: expect.stringContaining("v9") as string,
  });
  execFileSync("ln", ["-s", "/etc/passwd", path.join(repository, "ci/deploy/link")]);
  execFileSync("git", ["add", "."], { cwd: repository });
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "link"], {
    cwd: repository,
  });
  expect(await check(`git+file://${repository}//ci/deploy@main`)).toMatchObject({
    reason: "module-files-refused",
    path: "link",
    problem: "not-a-file",
  });
});

test("folders of the repository are locked without a digest, and what they require counts", async () => {
  await publish("lang/ruby", "1.2.0");
  writeModule("ci/mine", "acme/mine", "0.1.0", `requires = ["./ci/other"]`);
  writeModule("ci/other", "acme/other", "0.2.0");
  const text = `[plugins]\n"acme/mine" = { source = "./ci/mine" }\n`;
  expect(await sync(text)).toMatchObject({
    value: {
      lock: {
        plugins: [
          { name: "acme/mine", source: "./ci/mine", requires: ["acme/other"], sha256: {} },
          { name: "acme/other", source: "./ci/other", version: "0.2.0" },
        ],
      },
    },
  });
  expect(asked).toEqual([]);
  writeModule("ci/other", "acme/other", "0.2.0", `requires = ["lang/ruby@^1.0"]`);
  expect(await sync(text, { isFrozen: true })).toMatchObject({
    failure: { reason: "modules-lock-stale" },
  });
  expect(await sync(text)).toMatchObject({
    value: { lock: { plugins: [{}, {}, { name: "lang/ruby", version: "1.2.0" }] } },
  });
});

test("a published module has no say in what of the repository is run", async () => {
  await publish("lang/evil", "1.0.0", `requires = ["./ci/mine"]`);
  writeModule("ci/mine", "acme/mine", "0.1.0");
  expect(await sync(`[plugins]\n"lang/evil" = "1.0"\n`)).toMatchObject({
    failure: { reason: "module-requires-local", module: "lang/evil", requires: "./ci/mine" },
  });
});

test("steps that use modules ask for them, and what is unknown or misspelt is told with its place", async () => {
  await publish("lang/ruby", "1.2.0");
  const uses = (text: string) => `[jobs.b]\nsteps = [{ uses = "${text}" }]\n`;
  expect(await sync(uses("lang/ruby@~1.2"))).toMatchObject({
    value: { lock: { plugins: [{ name: "lang/ruby", constraints: ["~1.2"] }] } },
  });
  expect(await sync(uses("lang/ruby@~1"))).toMatchObject({
    failure: {
      reason: "pipeline-invalid",
      problems: [
        { line: 6, column: 12, message: expect.stringContaining("~1 does not say") as string },
      ],
    },
  });
  const bare = `version = "0.2"\nproject = { name = "app" }\n[jobs.b]\nsteps = [{ uses = "lang/x" }]\n`;
  expect(await syncModules({ ...(await optionsOf("")), text: bare })).toMatchObject({
    failure: { reason: "module-source-unknown", module: "lang/x" },
  });
});

test("a plugin is added to the file, with its comments, and to the lock", async () => {
  await publish("lang/ruby", "1.2.0");
  const text = `# mine\n[plugins] # all of them\n`;
  write("cig.toml", `${head()}${text}`);
  const add = async (address: string) => {
    const parsed = parseAddress(address);
    if ("message" in parsed) throw new Error(parsed.message);
    const options = await optionsOf("");
    return addPlugin(parsed, {
      ...options,
      text: readFileSync(path.join(root, "cig.toml"), "utf8"),
    });
  };
  expect(await add("lang/ruby@~1.2")).toMatchObject({
    value: { name: "lang/ruby", state: "done" },
  });
  expect(readFileSync(path.join(root, "cig.toml"), "utf8")).toBe(
    `${head()}${text}"lang/ruby" = "~1.2"\n`,
  );
  expect(lockText()).toContain(`[plugins."lang/ruby"]`);
  const before = readFileSync(path.join(root, "cig.toml"), "utf8");
  expect(await add("lang/ruby@^3.0")).toMatchObject({ failure: { reason: "modules-conflict" } });
  expect(readFileSync(path.join(root, "cig.toml"), "utf8")).toBe(before);
  writeModule("ci/mine", "acme/mine", "0.1.0");
  expect(await add("./ci/mine")).toMatchObject({ value: { name: "acme/mine" } });
  expect(readFileSync(path.join(root, "cig.toml"), "utf8")).toContain(
    `"acme/mine" = { source = "./ci/mine" }\n`,
  );
});
