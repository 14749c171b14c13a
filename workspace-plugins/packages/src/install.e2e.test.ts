import { execFile } from "node:child_process";
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { mediaTypes, openRegistry, parseReference } from "@slipway/registry";
import type { Reference } from "@slipway/registry";
import { freePort, startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf, hexOf, writeFileAtomically } from "@slipway/signature";
import tar from "tar-stream";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addPackage } from "./add.ts";
import { collectStore } from "./collect-store.ts";
import { writeImageManifest } from "./image-manifest.ts";
import { installPackages } from "./install.ts";
import type { InstallOptions } from "./install.ts";
import { formatLock, readLock } from "./lock.ts";
import { packPackage } from "./pack.ts";
import { pushPackage } from "./push.ts";
import { readPacked } from "./receipt.ts";
import { inspectEntry } from "./store.ts";
import { filesFolder, storeIn } from "./store-place.ts";
import { systemSitePackages } from "./system-python.ts";

const run = promisify(execFile);
const examples = path.resolve(import.meta.dirname, "../../../examples/packages");

const { signal } = new AbortController();
let served: RegistryRig;
let root: string;
let asked: string[];

beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-install-"));
  asked = [];
  for (const name of ["text-tools", "slugify"]) {
    await cp(path.join(examples, name), path.join(root, name), { recursive: true });
    await rm(path.join(root, name, "dist"), { recursive: true, force: true });
  }
  await mkdir(path.join(root, "app"));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(root, ...names);
const client = () => openRegistry({ counted: (question) => void asked.push(question) });
const repository = (name: string) => `${served.host}/agents/${name}`;

async function publish(name: string) {
  const packed = await packPackage({ workspaceRoot: root, projectRoot: name, signal });
  expect(packed).toMatchObject({ ok: true });
  return push(name);
}

async function push(name: string) {
  const packFolder = at(name, "dist/pack");
  return pushPackage({ packFolder, repository: repository(name), registry: client() });
}

async function add(name: string) {
  const added = await addPackage({
    reference: `${repository(name)}:1.0.0`,
    lockFile: at("app/aigogo.lock"),
    store: storeIn(at("other-home")),
    registry: client(),
    signal,
  });
  if (!added.ok) throw new Error(JSON.stringify(added.failure));
  return added.value.locked;
}

/** How many layers were asked for. */
const fetched = () => asked.filter((question) => question.includes("/blobs/")).length;

async function install(virtualEnv?: string, mode: Partial<InstallOptions> = {}) {
  asked = [];
  return installPackages({
    workspaceRoot: root,
    projectRoot: "app",
    home: at("home"),
    virtualEnv,
    registry: client(),
    signal,
    progress: () => {},
    ...mode,
  });
}

async function python(code: string, environment: Readonly<Record<string, string>>) {
  const env = { PATH: process.env["PATH"] ?? "", ...environment };
  return (await run("python3", ["-c", code], { env, cwd: at("app") })).stdout.trim();
}

async function node(code: string) {
  const args = ["--require", "./.aigogo/register.js", "-e", code];
  const env = { PATH: process.env["PATH"] ?? "" };
  return (await run(process.execPath, args, { env, cwd: at("app") })).stdout.trim();
}

const pythonPath = () => ({ PYTHONPATH: at("app/.aigogo/imports") });
const countWords = "from aigogo.text_tools import word_count; print(word_count('a b c'))";
const makeSlug = "console.log(require('@aigogo/slugify').slugify('A b'))";

async function publishAndLock() {
  await publish("text-tools");
  await publish("slugify");
  return { python: await add("text-tools"), javascript: await add("slugify") };
}

describe("pack and push", () => {
  test("equal files give equal bytes, whatever their times and order on disk", async () => {
    const receipt = async () => {
      await packPackage({ workspaceRoot: root, projectRoot: "slugify", signal });
      return readFile(at("slugify/dist/pack/receipt.json"), "utf8");
    };
    const first = await receipt();
    await cp(at("slugify/index.cjs"), at("slugify/copy"));
    await rm(at("slugify/index.cjs"));
    await cp(at("slugify/copy"), at("slugify/index.cjs"));
    await chmod(at("slugify/index.cjs"), 0o700);
    expect(await receipt()).toBe(first);
    expect(JSON.parse(first)).toMatchObject({
      files: ["aigogo.json", "index.cjs", "lib/fold.cjs"],
    });
  });

  test("a link out of the project is not packed", async () => {
    await writeFile(at("secret.py"), "SECRET = 1\n");
    await symlink(at("secret.py"), at("text-tools/stolen.py"));
    const packed = await packPackage({ workspaceRoot: root, projectRoot: "text-tools", signal });
    expect(packed).toMatchObject({ failure: { reason: "source-escapes", path: "stolen.py" } });
  });

  test("the second push asks one question", async () => {
    expect(await publish("text-tools")).toMatchObject({ value: { state: "done" } });
    asked = [];
    const again = await push("text-tools");
    expect(again).toMatchObject({ value: { state: "unchanged", cause: "registry-agrees" } });
    expect(asked).toEqual([`HEAD http://${served.host}/v2/agents/text-tools/manifests/1.0.0`]);
  });

  test("two packages of one name and version are not pushed over each other", async () => {
    await packPackage({ workspaceRoot: root, projectRoot: "text-tools", signal });
    const pushing = { repository: repository("text-tools"), rivals: ["other/text-tools"] };
    const packFolder = at("text-tools/dist/pack");
    expect(await pushPackage({ packFolder, ...pushing, registry: client() })).toEqual({
      ok: false,
      failure: {
        reason: "version-shared",
        reference: `${repository("text-tools")}:1.0.0`,
        rivals: ["other/text-tools"],
      },
    });
    expect(asked).toEqual([]);
  });

  test("bytes that are not those of the receipt are not sent", async () => {
    await packPackage({ workspaceRoot: root, projectRoot: "text-tools", signal });
    const folder = at("text-tools/dist/pack");
    const packed = await readPacked(folder);
    if (!packed.ok) throw new Error("not packed");
    const layer = path.join(folder, "blobs/sha256", hexOf(packed.value.receipt.layerDigest));
    await writeFile(layer, "other");
    expect(await push("text-tools")).toMatchObject({
      failure: { reason: "pack-damaged", file: layer },
    });
    expect(asked).toEqual([]);
  });
});

describe("install", () => {
  test("makes packages importable, and the second time asks nothing and changes nothing", async () => {
    await publishAndLock();
    expect(await install()).toMatchObject({
      value: { state: "done", cause: "first-install", facts: { packages: 2, fetched: 2 } },
    });
    expect(asked.length).toBe(4);
    expect(await python(countWords, pythonPath())).toBe("3");
    const deep = "from aigogo.text_tools.text_tools import excerpt; print(excerpt('a  b'))";
    expect(await python(deep, pythonPath())).toBe("a b");
    expect(await node(makeSlug)).toBe("a-b");
    expect(await install()).toMatchObject({
      value: { state: "unchanged", cause: "project-agrees" },
    });
    expect(asked).toEqual([]);
  });

  test("in a virtual environment needs no PYTHONPATH", async () => {
    await publishAndLock();
    await run("python3", ["-m", "venv", "--without-pip", at("venv")]);
    const installed = await install(at("venv"));
    expect(installed.ok && installed.value.facts).toEqual({ packages: 2, fetched: 2 });
    const env = { PATH: at("venv/bin"), VIRTUAL_ENV: at("venv") };
    expect(await python(countWords, env)).toBe("3");
    expect(await install(at("venv"))).toMatchObject({ value: { state: "unchanged" } });
  });

  test("in the machine's Python needs none either, where that may be written", async () => {
    await publishAndLock();
    // It says of itself where its packages are, as the machine's own does.
    await run("python3", ["-m", "venv", "--without-pip", at("machine")]);
    const environment = { PATH: at("machine/bin") };
    const systemFolder = await systemSitePackages(environment, signal);
    const installed = await install(undefined, { systemFolder });
    expect(installed.ok && installed.value.facts).toEqual({ packages: 2, fetched: 2 });
    expect(await python(countWords, environment)).toBe("3");
    expect(await install()).toMatchObject({ value: { state: "unchanged", facts: {} } });
    expect(await systemSitePackages({ PATH: at("app") }, signal)).toBeUndefined();
  });

  test("works in a folder whose package.json says that all is ES modules", async () => {
    await publishAndLock();
    await writeFile(at("app/package.json"), '{ "type": "module" }');
    await install();
    expect(await node(makeSlug)).toBe("a-b");
  });

  test("fetches again what the store lost, and mends a file that was changed", async () => {
    const locked = await publishAndLock();
    await install();
    await run("chmod", ["-R", "u+w", at("home")]);
    await rm(at("home/.aigogo/store"), { recursive: true });
    expect(await install()).toMatchObject({
      value: { state: "done", cause: "store-entry-missing", facts: { fetched: 2 } },
    });

    const folder = filesFolder(storeIn(at("home")), locked.python.integrity);
    const file = path.join(folder, "text_tools.py");
    await chmod(file, 0o644);
    await writeFile(file, "raise SystemExit('stolen')\n");
    expect(await install()).toMatchObject({
      value: { cause: "store-entry-damaged", facts: { fetched: 1 } },
    });
    expect(await python(countWords, pythonPath())).toBe("3");
    await chmod(folder, 0o755);
    await writeFile(path.join(folder, "extra.py"), "");
    expect(await install()).toMatchObject({ value: { cause: "store-entry-damaged" } });
    await chmod(folder, 0o755);
    await rm(path.join(folder, "__init__.py"));
    expect(await install()).toMatchObject({ value: { cause: "store-entry-damaged" } });
    expect(await python(countWords, pythonPath())).toBe("3");
  });

  test("drops bytecode that was left in the store, and fetches nothing for it", async () => {
    const locked = await publishAndLock();
    await install();
    const folder = filesFolder(storeIn(at("home")), locked.python.integrity);
    await chmod(folder, 0o755);
    await mkdir(path.join(folder, "__pycache__"));
    await writeFile(path.join(folder, "__pycache__/text_tools.cpython-311.pyc"), "evil");
    expect(await install()).toMatchObject({ value: { state: "unchanged" } });
    expect(asked).toEqual([]);
    expect(await readdir(folder)).not.toContain("__pycache__");
  });

  test("mends links that were removed or turned elsewhere", async () => {
    await publishAndLock();
    await install();
    const link = at("app/.aigogo/imports/aigogo/text_tools");
    await rm(link);
    await symlink("/tmp", link);
    expect(await install()).toMatchObject({
      value: {
        state: "done",
        cause: "links-missing",
        packages: [
          { key: "slugify", action: "keep" },
          { key: "text_tools", action: "link" },
        ],
      },
    });
    expect(await python(countWords, pythonPath())).toBe("3");
    await rm(at("app/.aigogo/register.js"));
    expect(await install()).toMatchObject({ value: { state: "done", cause: "links-missing" } });
    expect(asked).toEqual([]);
  });

  test("takes the place of what aigg linked", async () => {
    await publishAndLock();
    await mkdir(at("app/.aigogo/imports/aigogo/old"), { recursive: true });
    expect(await install()).toMatchObject({ value: { cause: "store-entry-missing" } });
    expect(await python(countWords, pythonPath())).toBe("3");
    expect(await readdir(at("app/.aigogo/imports/aigogo"))).not.toContain("old");
  });

  test("follows the lock: what it no longer names is no longer importable", async () => {
    await publishAndLock();
    await install();
    const lock = await readLock(at("app/aigogo.lock"), "aigogo.lock");
    if (!lock.ok) throw new Error("no lock");
    const packages = lock.value.packages.filter(({ key }) => key === "text_tools");
    await writeFile(at("app/aigogo.lock"), formatLock({ packages }));
    expect(await install()).toMatchObject({ value: { cause: "links-changed" } });
    expect(await readdir(at("app/.aigogo/imports"))).toEqual(["aigogo"]);
    expect(await readdir(at("app/.aigogo"))).not.toContain("register.js");
    expect((await readdir(at("app/.aigogo/links"))).length).toBe(1);
  });

  test("runs that start at once leave one whole state", async () => {
    await publishAndLock();
    const results = await Promise.all([install(), install(), install(), install()]);
    for (const result of results) expect(result).toMatchObject({ ok: true });
    expect(fetched()).toBe(2);
    expect(await python(countWords, pythonPath())).toBe("3");
    expect(await install()).toMatchObject({ value: { state: "unchanged" } });
    expect(await readdir(at("home/.aigogo/store/slipway/incoming"))).toEqual([]);
    expect(await readdir(at("home/.aigogo/store/slipway/locks"))).toEqual([]);
    expect((await readdir(at("app/.aigogo"))).join("\n")).not.toMatch(/partial|damaged|next|\d/);
  });

  test("an install while the store is collected has its entries when both are done", async () => {
    const locked = await publishAndLock();
    await install();
    const lock = await readFile(at("app/aigogo.lock"));
    const store = storeIn(at("home"));
    for (let round = 0; round < 12; round += 1) {
      await writeFileAtomically(at("app/aigogo.lock"), formatLock({ packages: [] }));
      const progress = (): void => {};
      const collecting = collectStore({ store, isAll: round % 2 === 0, isDryRun: false, progress });
      for (let turn = 0; turn < round; turn += 1) await nextTurn();
      await writeFileAtomically(at("app/aigogo.lock"), lock);
      expect(await install()).toMatchObject({ ok: true });
      expect(await collecting).toMatchObject({ ok: true });
      for (const { integrity } of [locked.python, locked.javascript]) {
        expect(await inspectEntry(store, integrity)).toMatchObject({ state: "right" });
      }
    }
    expect(await python(countWords, pythonPath())).toBe("3");
  });

  test("a package.json that a package ships is linked and its store entry stays as it was", async () => {
    const shipped = '{ "name": "slugify", "main": "index.cjs" }\n';
    await writeFile(at("slugify/package.json"), shipped);
    const manifest = (await readFile(at("slugify/aigogo.json"), "utf8"))
      .replace('"index.cjs"', '"index.cjs", "package.json"')
      .replace("1.0.0", "1.1.0");
    await writeFile(at("slugify/aigogo.json"), manifest);
    await publish("slugify");
    const reference = `${repository("slugify")}:1.1.0`;
    await addPackage({
      reference,
      lockFile: at("app/aigogo.lock"),
      store: storeIn(at("other-home")),
      registry: client(),
      signal,
    });
    await install();
    expect(await readFile(at("app/.aigogo/imports/@aigogo/slugify/package.json"), "utf8")).toBe(
      shipped,
    );
    expect(await node(makeSlug)).toBe("a-b");
    expect(await install()).toMatchObject({ value: { state: "unchanged" } });
  });
});

describe("a lock after its version's tag has moved", () => {
  test("is installed by the tag of its content", async () => {
    await publishAndLock();
    await writeFile(at("text-tools/text_tools.py"), "def word_count(text):\n    return -1\n");
    await writeFile(at("text-tools/__init__.py"), "from .text_tools import word_count\n");
    expect(await publish("text-tools")).toMatchObject({ value: { cause: "version-moved" } });
    expect(await install()).toMatchObject({ ok: true });
    expect(await python(countWords, pythonPath())).toBe("3");
  });

  test("says both integrities where the old content is nowhere", async () => {
    const { python: locked } = await publishAndLock();
    const wrong = `sha256:${"0".repeat(64)}`;
    const text = await readFile(at("app/aigogo.lock"), "utf8");
    await writeFile(at("app/aigogo.lock"), text.replace(locked.integrity, wrong));
    expect(await install()).toEqual({
      ok: false,
      failure: {
        reason: "integrity-mismatch",
        lockFile: "app/aigogo.lock",
        key: "text_tools",
        source: locked.source,
        expected: wrong,
        actual: locked.integrity,
      },
    });
    expect(await readdir(at("app"))).toEqual(["aigogo.lock"]);
  });
});

describe("hostile content", () => {
  test("a blob that was changed in the registry is refused, and what was installed stays", async () => {
    await publish("slugify");
    await add("slugify");
    await install();
    await writeFile(at("text-tools/extra.py"), `X = "${at()}"\n`);
    await publish("text-tools");
    await add("text-tools");
    const packed = await readPacked(at("text-tools/dist/pack"));
    if (!packed.ok) throw new Error("not packed");
    const hex = hexOf(packed.value.receipt.layerDigest);
    const blobs = path.join(served.dataFolder, "docker/registry/v2/blobs/sha256");
    const blob = path.join(blobs, hex.slice(0, 2), hex, "data");
    const bytes = await readFile(blob);
    bytes[600] = 88;
    await writeFile(blob, bytes);
    expect(await install()).toMatchObject({ failure: { reason: "blob-mismatch" } });
    expect(await readdir(at("app/.aigogo/imports"))).toEqual(["@aigogo"]);
    expect(await node(makeSlug)).toBe("a-b");
  });

  test("a layer that would write elsewhere is refused, and nothing of it stays", async () => {
    const pack = tar.pack();
    pack.entry({ name: "../../../../escaped", mode: 0o644 }, "x");
    pack.finalize();
    const layer = Buffer.from(await buffer(pack));
    await pushRaw("evil", layer);
    const text = formatLock({ packages: [] }).replace(
      "{}",
      `{"evil":{"version":"1.0.0","integrity":"sha256:${"1".repeat(64)}","source":"${repository("evil")}:1.0.0","language":"python","files":null}}`,
    );
    await writeFile(at("app/aigogo.lock"), text);
    expect(await install()).toMatchObject({
      failure: { reason: "layer-refused", entry: '"../../../../escaped"', problem: "traversal" },
    });
    expect(await readdir(at("app"))).toEqual(["aigogo.lock"]);
    expect(await readdir(root, { recursive: true })).not.toContain("escaped");
    expect(await readdir(at("home/.aigogo/store/slipway/incoming"))).toEqual([]);
  });

  test("a lock key that leads out of the project is refused before anything is asked or removed", async () => {
    await mkdir(at("app/src"));
    const text = `{"version":1,"packages":{"../../../src":{"version":"1","integrity":"","source":"x","language":"javascript","files":[]}}}`;
    await writeFile(at("app/aigogo.lock"), text);
    expect(await install()).toMatchObject({ failure: { reason: "package-file-invalid" } });
    expect(asked).toEqual([]);
    expect((await readdir(at("app"))).toSorted()).toEqual(["aigogo.lock", "src"]);
  });

  test("a registry that cannot be reached is not a missing package", async () => {
    await publishAndLock();
    const text = await readFile(at("app/aigogo.lock"), "utf8");
    await writeFile(
      at("app/aigogo.lock"),
      text.replaceAll(served.host, `localhost:${await freePort()}`),
    );
    expect(await install()).toMatchObject({
      failure: { reason: "registry-unreachable", error: "ECONNREFUSED", retryable: true },
    });
  });
});

describe("install by options", () => {
  test("a dry run says what would be fetched, linked and removed, and changes nothing", async () => {
    await publish("slugify");
    await add("slugify");
    await install();
    await rm(at("app/aigogo.lock"));
    await publish("text-tools");
    await add("text-tools");
    const before = await readdir(at(), { recursive: true });
    expect(await install(undefined, { isDryRun: true })).toMatchObject({
      value: {
        state: "unchanged",
        cause: "planned",
        facts: { fetch: 1, link: 0, remove: 1 },
        packages: [{ key: "text_tools", action: "fetch" }],
        removed: ["slugify"],
      },
    });
    expect(asked).toEqual([]);
    expect(await readdir(at(), { recursive: true })).toEqual(before);
    expect(await install()).toMatchObject({
      value: { packages: [{ key: "text_tools", action: "fetch", files: 3 }], removed: ["slugify"] },
    });
    expect(await install(undefined, { isDryRun: true })).toMatchObject({
      value: { facts: { fetch: 0, link: 0, remove: 0 }, packages: [{ action: "keep" }] },
    });
  });

  test("offline names all that is missing, asks nobody and changes nothing; what is there it links", async () => {
    await publishAndLock();
    const missing = [
      { key: "slugify", state: "missing" },
      { key: "text_tools", state: "missing" },
    ];
    expect(await install(undefined, { isOffline: true })).toMatchObject({
      failure: { reason: "packages-not-in-store", packages: missing },
    });
    expect(await readdir(at("app"))).toEqual(["aigogo.lock"]);
    await install();
    await rm(at("app/.aigogo"), { recursive: true });
    expect(await install(undefined, { isOffline: true })).toMatchObject({ ok: true });
    expect(asked).toEqual([]);
    expect(await python(countWords, pythonPath())).toBe("3");
  });

  test("frozen takes no lock that lacks files or a registry", async () => {
    await publishAndLock();
    const text = await readFile(at("app/aigogo.lock"), "utf8");
    const lock = JSON.parse(text) as { packages: Record<string, Record<string, unknown>> };
    expect(await install(undefined, { isFrozen: true })).toMatchObject({ ok: true });
    lock.packages["slugify"] = { ...lock.packages["slugify"], files: null };
    lock.packages["text_tools"] = { ...lock.packages["text_tools"], source: "text-tools:1.0.0" };
    await writeFile(at("app/aigogo.lock"), JSON.stringify(lock));
    expect(await install(undefined, { isFrozen: true })).toEqual({
      ok: false,
      failure: {
        reason: "lock-incomplete",
        lockFile: "app/aigogo.lock",
        entries: [
          { key: "slugify", problem: "no-files" },
          { key: "text_tools", problem: "no-registry" },
        ],
      },
    });
    expect(await install()).toMatchObject({ value: { state: "unchanged" } });
  });

  test("a lock that became empty takes the links away", async () => {
    await publishAndLock();
    await install();
    await writeFile(at("app/aigogo.lock"), formatLock({ packages: [] }));
    expect(await install()).toMatchObject({
      value: { state: "done", cause: "links-changed", removed: ["slugify", "text_tools"] },
    });
    expect(await readdir(at("app"))).toEqual(["aigogo.lock"]);
    expect(await install()).toMatchObject({ value: { state: "unchanged" } });
  });

  test("a Go package is kept in the store, and the others are linked", async () => {
    await publish("text-tools");
    const manifest = await readFile(at("text-tools/aigogo.json"), "utf8");
    const go = JSON.parse(manifest) as Record<string, unknown>;
    go["name"] = "tool";
    go["language"] = { name: "go" };
    delete go["dependencies"];
    await writeFile(at("text-tools/aigogo.json"), JSON.stringify(go));
    await add("text-tools");
    await packPackage({ workspaceRoot: root, projectRoot: "text-tools", signal });
    const packFolder = at("text-tools/dist/pack");
    await pushPackage({ packFolder, repository: repository("tool"), registry: client() });
    await add("tool");
    expect(await install()).toMatchObject({
      value: { cause: "first-install", facts: { packages: 2, "not linked": "tool (go)" } },
    });
    expect(await python(countWords, pythonPath())).toBe("3");
    expect(await install()).toMatchObject({
      value: { state: "unchanged", packages: [{ action: "keep" }, { action: "store" }] },
    });
  });

  test("a package that was built on another machine is said to be in no registry", async () => {
    const { python: locked } = await publishAndLock();
    const text = await readFile(at("app/aigogo.lock"), "utf8");
    await writeFile(at("app/aigogo.lock"), text.replace(locked.source, "text-tools:1.0.0"));
    expect(await install()).toMatchObject({
      failure: { reason: "source-local", key: "text_tools", source: "text-tools:1.0.0" },
    });
  });

  test("files that the lock does not list are refused, though the integrity is the same", async () => {
    const { python: locked } = await publishAndLock();
    const text = await readFile(at("app/aigogo.lock"), "utf8");
    await writeFile(at("app/aigogo.lock"), text.replace('"text_tools.py"', '"text.py"'));
    expect(await install()).toMatchObject({
      failure: {
        reason: "files-not-as-locked",
        source: locked.source,
        missing: ["text.py"],
        extra: ["text_tools.py"],
      },
    });
    expect(await readdir(at("app"))).toEqual(["aigogo.lock"]);
  });
});

describe("packages of others", () => {
  const files = [{ name: "./", type: "directory" }, { name: "./one.py" }] as const;

  async function layerOf(): Promise<Buffer<ArrayBuffer>> {
    const pack = tar.pack();
    for (const header of files)
      pack.entry({ ...header, mode: 0o644 }, "type" in header ? "" : "x = 1\n");
    pack.finalize();
    return Buffer.from(await buffer(pack));
  }

  async function pushImage(reference: Reference, layer: Buffer<ArrayBuffer>, mediaType: string) {
    const config = Buffer.from("{}");
    for (const blob of [layer, config]) {
      await client().uploadBlob(reference, digestOf(blob), new Blob([blob]));
    }
    const described = (bytes: Buffer, type: string) => ({
      mediaType: type,
      digest: digestOf(bytes),
      size: bytes.byteLength,
    });
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: described(config, "application/vnd.oci.image.config.v1+json"),
        layers: [described(layer, mediaType)],
      }),
    );
    const put = await client().putManifest(reference, { mediaType: mediaTypes.ociManifest, bytes });
    if (!put.ok) throw new Error(JSON.stringify(put.failure));
    return { digest: put.value, size: bytes.byteLength, mediaType: mediaTypes.ociManifest };
  }

  test("an OCI index of a compressed layer, behind an attestation, is locked and installed", async () => {
    const parsed = parseReference(`${repository("one")}:1.0.0`);
    if (!parsed.ok) throw new Error("reference");
    const attestation = { ...parsed.value, tag: undefined };
    const { tag: _tag, ...untagged } = attestation;
    const statement = Buffer.from("{}");
    const manifests = [
      await pushImage(untagged, statement, "application/vnd.in-toto+json"),
      await pushImage(
        untagged,
        await promisify(zstdCompress)(await layerOf()),
        "application/vnd.oci.image.layer.v1.tar+zstd",
      ),
    ];
    const mediaType = mediaTypes.ociIndex;
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
    const put = await client().putManifest(parsed.value, { mediaType, bytes });
    expect(put).toMatchObject({ ok: true });
    expect(await add("one")).toMatchObject({ key: "one", version: "1.0.0", files: ["one.py"] });
    expect(await install()).toMatchObject({ ok: true });
    expect(await python("from aigogo.one.one import x; print(x)", pythonPath())).toBe("1");
  });
});

async function pushRaw(name: string, layer: Buffer<ArrayBuffer>): Promise<void> {
  const reference: Reference | undefined = (() => {
    const parsed = parseReference(`${repository(name)}:1.0.0`);
    return parsed.ok ? parsed.value : undefined;
  })();
  if (reference === undefined) throw new Error(name);
  const bytes = writeImageManifest({ digest: digestOf(layer), sizeBytes: layer.byteLength });
  for (const blob of [layer, Buffer.from("{}")]) {
    await client().uploadBlob(reference, digestOf(blob), new Blob([blob]));
  }
  await client().putManifest(reference, { mediaType: mediaTypes.dockerManifest, bytes });
}
