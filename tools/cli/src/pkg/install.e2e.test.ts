import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import {
  addPackage,
  collectStore,
  lockName,
  packPackage,
  pushPackage,
  storeIn,
  verifyStore,
} from "@slipway/packages";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
const names = ["one", "two", "three", "four", "five", "six"];
const projects = ["a", "b", "c", "d", "e", "f", "g", "h"];
const { signal } = new AbortController();
const progress = (): void => {};

let served: RegistryRig;
let root: string;

beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-pkg-install-"));
});
afterEach(async () => {
  await collectStore({ store: storeIn(at("home")), isAll: true, isDryRun: false, progress });
  await rm(root, { recursive: true });
});

const at = (...parts: readonly string[]) => path.join(root, ...parts);

async function writePackage(name: string): Promise<void> {
  await mkdir(at(name), { recursive: true });
  const manifest = {
    name,
    version: "1.0.0",
    language: { name: "python", version: ">=3.9" },
    files: { include: ["*.py"] },
  };
  await writeFile(at(name, "aigogo.json"), JSON.stringify(manifest));
  for (const number of Array.from({ length: 20 }).keys()) {
    await writeFile(at(name, `m${number}.py`), `x = ${JSON.stringify(name.repeat(500))}\n`);
  }
}

/** Makes a package of that name, pushes it, and locks it in a project. */
async function publish(name: string, project: string): Promise<void> {
  await writePackage(name);
  expect(await packPackage({ workspaceRoot: root, projectRoot: name, signal })).toMatchObject({
    ok: true,
  });
  const repository = `${served.host}/team/${name}`;
  const packFolder = at(name, "dist/pack");
  await pushPackage({ packFolder, repository, registry: openRegistry() });
  await addPackage({
    reference: `${repository}:1.0.0`,
    lockFile: at(project, lockName),
    store: storeIn(at("other-home")),
    registry: openRegistry(),
    signal,
  });
}

type Ended = {
  /** The exit code, or the signal that ended it. */
  readonly end: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * Runs `slipway pkg` in a project. It gets a signal when it has said so many lines: SIGKILL, as of a machine that has no
 * memory left, or SIGINT, as of a person.
 */
async function slipway(
  project: string,
  words: readonly string[],
  killedAt = Number.POSITIVE_INFINITY,
  signalled: "SIGKILL" | "SIGINT" = "SIGKILL",
): Promise<Ended> {
  const env = { PATH: process.env["PATH"], HOME: at("home") };
  const child = spawn(process.execPath, [program, "pkg", ...words], { cwd: at(project), env });
  const said: string[] = [];
  // One signal: a second SIGINT would end it at once.
  let isSent = false;
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.push(chunk);
    if (isSent || said.join("").split("\n").length <= killedAt) return;
    isSent = child.kill(signalled);
  });
  const [stdout, end] = await Promise.all([text(child.stdout), endOf(child)]);
  return { end, stdout, stderr: said.join("") };
}

async function endOf(child: ChildProcess): Promise<Ended["end"]> {
  return new Promise((resolve) =>
    child.once("close", (code, signalled) => resolve(signalled ?? code)),
  );
}

const importsAll = `python3 -c "${names.map((name) => `import aigogo.${name}.m19`).join("; ")}"`;

async function imported(project: string): Promise<Ended["end"]> {
  const env = { PATH: process.env["PATH"], PYTHONPATH: at(project, ".aigogo/imports") };
  const child = spawn("sh", ["-c", importsAll], { env, stdio: "inherit" });
  return endOf(child);
}

test.for([1, 2, 3, 4])(
  "of eight installs that share a store, one killed at its line %d, seven are right, and the next one leaves no litter",
  async (killedAt) => {
    await mkdir(at("home"));
    for (const project of projects) await mkdir(at(project));
    for (const name of names) await publish(name, "a");
    const lock = await readFile(at("a", lockName));
    for (const project of projects) await writeFile(at(project, lockName), lock);

    const [killed, ...survivors] = await Promise.all(
      projects.map((project, index) =>
        slipway(project, ["install"], index === 0 ? killedAt : undefined),
      ),
    );
    // It may have been done before it had said so much.
    expect(["SIGKILL", 0]).toContain(killed?.end);
    for (const survivor of survivors) {
      expect(survivor).toMatchObject({ end: 0 });
      expect(survivor.stdout).toMatch(/✓ Installed 6 package\(s\) \(\d fetched\)\n/);
    }
    for (const project of projects.slice(1)) expect(await imported(project)).toBe(0);

    expect(await slipway("a", ["install", "--offline"])).toMatchObject({ end: 0 });
    expect(await imported("a")).toBe(0);
    const store = storeIn(at("home"));
    const asked = { store, lockFile: undefined, isAll: true, isRepair: false };
    expect(
      await verifyStore({ ...asked, registry: openRegistry(), signal, progress }),
    ).toMatchObject({ value: { cause: "verified", facts: { entries: 6 } } });
    expect(await readdir(path.join(store.folder, "slipway/incoming"))).toEqual([]);
    expect(await readdir(path.join(store.folder, "slipway/locks"))).toEqual([]);
    for (const project of projects) {
      const left = await readdir(at(project, ".aigogo"), { recursive: true });
      expect(left.filter((name) => /partial|damaged|next/.test(name))).toEqual([]);
    }
  },
);

test("Ctrl-C while packages are fetched leaves nothing half-made, and the next install goes on", async () => {
  await mkdir(at("home"));
  await mkdir(at("a"));
  for (const name of names) await publish(name, "a");
  const stopped = await slipway("a", ["install"], 2, "SIGINT");
  expect([1, 0]).toContain(stopped.end);
  const own = path.join(storeIn(at("home")).folder, "slipway");
  expect(await readdir(path.join(own, "incoming"))).toEqual([]);
  expect(await readdir(path.join(own, "locks"))).toEqual([]);
  expect(await slipway("a", ["install"])).toMatchObject({ end: 0 });
  expect(await imported("a")).toBe(0);
});

test("install, verify, gc and uninstall say what they did, to people and as JSON", async () => {
  await mkdir(at("home"));
  await mkdir(at("a/below"), { recursive: true });
  await publish("one", "a");
  const dry = await slipway("a/below", ["install", "--dry-run"]);
  expect(dry.stdout).toBe(
    `+ Fetch one 1.0.0 from ${served.host}/team/one:1.0.0\n1 to fetch, 0 to link, 0 to remove; nothing was changed\n`,
  );
  expect(await slipway("a", ["install", "--offline"])).toMatchObject({ end: 1, stdout: "" });
  const json = await slipway("a/below", ["install", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: 1,
    state: "done",
    packages: [{ key: "one", action: "fetch", files: 21 }],
    removed: [],
  });
  expect((await slipway("a", ["install", "--frozen"])).stdout).toBe(
    `✓ Installed one (21 files)\n✓ Installed 1 package(s) (0 fetched)\n  Python: export PYTHONPATH=${at("a/.aigogo/imports")}\n      or: slipway pkg install in a virtual environment, or with --system\n`,
  );
  expect(await slipway("a", ["verify"])).toMatchObject({ end: 0 });

  const hex = await damageStore();
  const damaged = await slipway("a", ["verify", "--json"]);
  expect([damaged.end, JSON.parse(damaged.stdout)]).toMatchObject([
    1,
    { failure: { reason: "store-damaged", entries: [{ name: "one" }] } },
  ]);
  expect(await slipway("a", ["verify", "--repair"])).toMatchObject({ end: 0 });
  expect(await slipway("a", ["verify", "--all"])).toMatchObject({ end: 0 });

  expect(await slipway("a", ["uninstall"])).toMatchObject({ end: 0 });
  expect((await readdir(at("a"))).toSorted()).toEqual([lockName, "below"]);
  expect((await slipway("a", ["uninstall"])).stdout).toMatch(
    /^= unchanged: nothing to uninstall\n/,
  );
  expect(await slipway("home", ["uninstall"])).toMatchObject({ end: 0 });
  expect(await slipway(".", ["uninstall"])).toMatchObject({ end: 1 });

  await writeFile(at("a", lockName), '{"version":1,"packages":{}}');
  const collected = await slipway("a", ["gc", "--json"]);
  expect(JSON.parse(collected.stdout)).toMatchObject({
    cause: "collected",
    removed: [`sha256:${hex}`],
  });
  expect(await slipway("a", ["gc", "--what"])).toMatchObject({ end: 2 });
});

test("of a build that no registry has, verify --repair says what puts it into the store again", async () => {
  await mkdir(at("home"));
  await writePackage("one");
  expect(await slipway("one", ["build", "one:1.0.0"])).toMatchObject({ end: 0 });
  expect(await slipway("one", ["add", "one:1.0.0"])).toMatchObject({ end: 0 });
  const lock = await readFile(at("one", lockName), "utf8");
  await damageStore();
  const repaired = await slipway("one", ["verify", "--repair"]);
  expect(repaired.end).toBe(1);
  const said = /→ (slipway pkg add one:1\.0\.0) takes the build of this machine again/;
  expect(repaired.stderr).toMatch(said);
  expect(await slipway("one", ["add", "one:1.0.0"])).toMatchObject({ end: 0 });
  expect(await slipway("one", ["verify"])).toMatchObject({ end: 0 });
  expect(await readFile(at("one", lockName), "utf8")).toBe(lock);
});

/** Of its one entry, the copy of the manifest. */
async function damageStore(): Promise<string> {
  const { folder } = storeIn(at("home"));
  const [begin = ""] = await readdir(path.join(folder, "sha256"));
  const [hex = ""] = await readdir(path.join(folder, "sha256", begin));
  await writeFile(path.join(folder, "sha256", begin, hex, "aigogo.json"), "{}");
  return hex;
}
