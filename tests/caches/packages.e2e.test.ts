import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { serveMemory } from "@slipway/registry/memory-registry";
import type { MemoryRegistry } from "@slipway/registry/memory-registry";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { CachesRig } from "./rig.ts";

let registry: MemoryRegistry;
let rig: CachesRig;

/** Two packages, a third that locks the first of them, and who locks what; one lock names content that nobody pushes. */
beforeAll(async () => {
  registry = await serveMemory();
  rig = CachesRig.setup({
    "nx.json": settings(),
    "package-lock.json": npmLock(),
    ...packageFiles("words"),
    ...packageFiles("numbers"),
    ...packageFiles("kit"),
    "kit/aigogo.lock": lockOf("words"),
    "reader/aigogo.lock": lockOf("words"),
    "reader/notes.txt": "1",
    "note-process.cjs": noteProcess,
    "counter/aigogo.lock": lockOf("numbers"),
    "stranger/aigogo.lock": lockOf("words").replace(/sha256:\w{64}/, `sha256:${"0".repeat(64)}`),
    ".gitignore": "node_modules\n.nx\n.slipway\n.ran\ndist\n.aigogo\n",
  });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

function settings(): string {
  const options = { registry: registry.host, namespace: "agents" };
  return JSON.stringify({
    analytics: false,
    neverConnectToCloud: true,
    cacheDirectory: ".nx/cache",
    plugins: ["@slipway/executors/plugin", { plugin: "@slipway/packages/plugin", options }],
  });
}

/** What `pack` declares of the packages that npm has installed is looked up in here. */
function npmLock(): string {
  const packages = {
    "": { dependencies: { yaml: "*", zod: "*" } },
    "node_modules/yaml": { version: versionOf("yaml") },
    "node_modules/zod": { version: versionOf("zod") },
  };
  return JSON.stringify({ lockfileVersion: 3, packages });
}

function versionOf(name: string): string {
  const file = path.join(import.meta.dirname, "../../node_modules", name, "package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

const code = (name: string) => `module.exports = "${name}";\n`;
const manifest = (name: string) =>
  JSON.stringify({
    name,
    version: "1.0.0",
    language: { name: "javascript" },
    files: { include: ["*.js"] },
  });

function packageFiles(name: string): Readonly<Record<string, string>> {
  return { [`${name}/aigogo.json`]: manifest(name), [`${name}/index.js`]: code(name) };
}

/** Loaded by every Node of a command: tells which programs of Nx ran tasks. */
const noteProcess = `require("node:fs").appendFileSync(
  require("node:path").join(__dirname, ".ran/processes"),
  require("node:path").basename(process.argv[1] ?? "") + "\\n",
);
`;

/** As `slipway pkg add` writes it. */
function lockOf(name: string): string {
  const files = { "aigogo.json": manifest(name), "index.js": code(name) };
  const framed = Object.entries(files).map(([file, text]) => `${file}\0${text}\0`);
  const hashed = `${framed.join("")}__manifest__\0${manifest(name)}`;
  const locked = {
    version: "1.0.0",
    integrity: `sha256:${createHash("sha256").update(hashed).digest("hex")}`,
    source: `${registry.host}/agents/${name}:1.0.0`,
    language: "javascript",
    files: Object.keys(files),
  };
  return `${JSON.stringify({ version: 1, packages: { [name]: locked } }, undefined, 2)}\n`;
}

const run = (target: string) => ["run-many", "-t", target, "--outputStyle=static"];
const linked = (project: string, name: string) =>
  rig.exists(`${project}/.aigogo/imports/@aigogo/${name}/index.js`);

/** What the registry is asked while the command runs. */
async function asked(words: readonly string[]) {
  const before = registry.asked.length;
  rig.remove(".ran/processes");
  const ended = await rig.nx(words, { NODE_OPTIONS: `--require ${rig.at("note-process.cjs")}` });
  const processes = rig.read(".ran/processes").split("\n");
  const runners = processes.filter((name) => /^run-(batch|executor)\.js$/.test(name));
  return { ...ended, questions: registry.asked.slice(before), runners };
}

const heads = (...names: readonly string[]) =>
  names.map((name) => `HEAD /v2/agents/${name}/manifests/1.0.0`);

describe("one after another", () => {
  test("projects are installed after what they lock is pushed; one that fails leaves the others be", async () => {
    const { code: ended, output, questions } = await asked(run("push,install"));
    expect(ended).toBe(1);
    expect(output).toMatch(/Failed tasks:\s+- stranger:install\s+Run duration/);
    expect(output).toContain("the registry has other content than the lock");
    expect(linked("reader", "words") && linked("kit", "words")).toBe(true);
    expect(linked("counter", "numbers")).toBe(true);
    expect(linked("stranger", "words")).toBe(false);
    const layers = questions.filter((question) => /^GET .*\/words\/blobs\//.test(question));
    // Those of reader and kit are one; the stranger's is looked at, and refused.
    expect(layers).toHaveLength(2);
    rig.git("rm", "-r", "--quiet", "stranger");
    rig.git("commit", "--quiet", "--message=without the stranger");
  });

  test("when nothing changed, a push is one question, an install none, and tasks of a kind share processes", async () => {
    const { code: ended, output, questions, runners } = await asked(run("push,install"));
    expect(ended).toBe(0);
    expect(questions.toSorted()).toEqual(heads("kit", "numbers", "words"));
    // Those that become ready later have a batch of their own.
    expect(new Set(runners)).toEqual(new Set(["run-batch.js"]));
    expect(runners.length).toBeLessThan(6);
    expect(output).toMatch(/words:pack {2}\[(?:local cache|existing outputs[^\]]*)\]/);
  });

  test("what was packed comes back from the cache, and is what the registry has", async () => {
    const receipt = rig.read("words/dist/pack/receipt.json");
    rig.remove("words/dist");
    const { code: ended, output, questions } = await asked(["run", "words:push"]);
    expect(ended).toBe(0);
    expect(output).toContain("words:pack  [local cache]");
    expect(rig.read("words/dist/pack/receipt.json")).toBe(receipt);
    expect(questions).toEqual(heads("words"));
  });

  test("a changed package is packed again, and others are served from the cache", async () => {
    rig.write("words/index.js", "module.exports = 2;\n");
    const { code: ended, output } = await rig.nx(run("pack"));
    expect(ended).toBe(0);
    expect(output).toContain("> nx run words:pack\n");
    expect(output).not.toContain("> nx run numbers:pack\n");
    rig.git("checkout", "--quiet", "words");
  });
});

const later = (text: string) => text.replaceAll("1.0.0", "1.1.0");

describe("affected", () => {
  test("the graph has an edge from each lock to the package of this workspace that it names", async () => {
    expect((await rig.nx(["graph", "--file=.nx/graph.json"])).code).toBe(0);
    const Graph = z.object({
      graph: z.object({ dependencies: z.record(z.string(), z.array(z.unknown())) }),
    });
    const { dependencies } = Graph.parse(JSON.parse(rig.read(".nx/graph.json"))).graph;
    const edge = (source: string, target: string) => [{ source, target, type: "static" }];
    expect(dependencies).toEqual({
      words: [],
      numbers: [],
      kit: edge("kit", "words"),
      reader: edge("reader", "words"),
      counter: edge("counter", "numbers"),
    });
  });

  test.each([
    ["code of a package", ["kit", "reader"], () => ({ "words/index.js": "module.exports = 2;\n" })],
    [
      "version of a package",
      ["counter"],
      () => ({ "numbers/aigogo.json": later(manifest("numbers")) }),
    ],
    ["entry of a lock", ["reader"], () => ({ "reader/aigogo.lock": later(lockOf("words")) })],
    ["entry of a package's lock", ["kit"], () => ({ "kit/aigogo.lock": lockOf("numbers") })],
    ["layout of a lock", ["counter"], () => ({ "counter/aigogo.lock": `${lockOf("numbers")}\n` })],
    ["file beside a lock", [], () => ({ "reader/notes.txt": "2" })],
  ] as const)("another %s: install of %j and of no other", async (_what, projects, change) => {
    const files: Readonly<Record<string, string>> = change();
    for (const [file, text] of Object.entries(files)) rig.write(file, text);
    const words = ["affected", "-t", "install", "--uncommitted", "--graph=stdout"];
    const { output } = await rig.nx(words);
    rig.git("checkout", "--quiet", ".");
    const Affected = z.object({ tasks: z.object({ tasks: z.record(z.string(), z.unknown()) }) });
    const tasks = Object.keys(Affected.parse(JSON.parse(output)).tasks.tasks);
    const installed = tasks.filter((task) => task.endsWith(":install"));
    expect(installed.toSorted()).toEqual(projects.map((project) => `${project}:install`));
  });
});
