import { execFile, execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { openEngine } from "@slipway/images";
import { buildTinyImage } from "@slipway/images/tiny-image";
import { startRegistryRig } from "@slipway/registry/rig";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
const signal = new AbortController().signal;
const local = `slipway-lock-test-${process.pid}`;

let root: string;
let server: Awaited<ReturnType<typeof startRegistryRig>>;
let packages: http.Server;
let builder: string;
/** What a package registry has of `tool`. */
let toolVersion = "3.2.1";
const asked: string[] = [];

/** As much of the npm registry's answer for a package as `npm view` reads. */
function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  asked.push(request.url ?? "");
  const version = { name: "tool", version: toolVersion, dist: {} };
  const body = {
    name: "tool",
    "dist-tags": { latest: toolVersion },
    versions: { [toolVersion]: version },
  };
  response.writeHead(request.url === "/tool" ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function portOf(listening: http.Server): number {
  const address = listening.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** An image with a shell and what a `version.sh` prints there, under a tag of the registry. */
async function pushBuilder(text: string): Promise<void> {
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
  using engine = opened.value;
  await buildTinyImage(engine, {
    tag: `${local}:1`,
    agent: "bash",
    script: '#!/bin/sh\nexec sh "$@"\n',
    withSetpriv: false,
    lines: [`ENV BUILDER_TEXT=${text}`],
  });
  execFileSync("docker", ["tag", `${local}:1`, builder]);
  execFileSync("docker", ["push", "--quiet", builder]);
  // So that it can come from nowhere but the registry.
  execFileSync("docker", ["rmi", "--force", `${local}:1`, builder]);
}

async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function writeAgent(name: string, script: string): Promise<void> {
  const agent = "agent_full_name: Agent\nagent_homepage: https://agent.example\n";
  await write(`workspace/agents/${name}/agent.yml`, agent);
  await write(`workspace/agents/${name}/install.sh`, "");
  await write(`workspace/agents/${name}/version.sh`, script);
}

type Said = { readonly code: number; readonly stdout: string; readonly stderr: string };

async function slipway(...args: readonly string[]): Promise<Said> {
  const env = {
    PATH: process.env["PATH"],
    HOME: path.join(root, "home"),
    DOCKER_HOST: process.env["DOCKER_HOST"],
    npm_config_registry: `http://localhost:${portOf(packages)}/`,
    SLIPWAY_CA_BUNDLE: "",
    SECRET_TOKEN: "of the caller",
  };
  return new Promise((resolve) => {
    const options = { cwd: path.join(root, "workspace"), env } as const;
    execFile(process.execPath, [program, "agent", ...args], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const Lock = z.object({
  agents: z.record(z.string(), z.object({ version: z.string(), source: z.string() })),
  builder: z.object({ reference: z.string(), digest: z.string() }),
  from_images: z.record(z.string(), z.object({ digest: z.string() })),
});

async function readLock() {
  const text = await readFile(path.join(root, "workspace", "slipway.images.lock"), "utf8");
  return Lock.parse(parse(text));
}

const Outdated = z.object({
  entries: z.array(z.looseObject({ name: z.string(), state: z.string() })),
});

async function outdated(...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { code, stdout } = await slipway("outdated", "--json", ...args);
  expect(code).toBe(0);
  const { entries } = Outdated.parse(JSON.parse(stdout));
  return Object.fromEntries(entries.map(({ name, state }) => [name, state]));
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-lock-"));
  server = await startRegistryRig();
  packages = http.createServer(answer);
  await new Promise<void>((resolve) => packages.listen(0, "localhost", resolve));
  builder = `${server.host}/${local}/builder:1`;
  await pushBuilder("1.0.0");
  await mkdir(path.join(root, "home"));
  const plugin = { plugin: "@slipway/images/plugin", options: { builder } };
  await write("workspace/nx.json", JSON.stringify({ plugins: [plugin] }));
  await write(
    "workspace/bases/node/base.yml",
    `from_image: ${builder}\nbase_image_distro: None\nbase_image_description: x\narchitectures: [amd64]\n`,
  );
  await write("workspace/bases/node/Dockerfile", "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\n");
  await writeAgent("inside", 'echo "$BUILDER_TEXT"\r\n');
  // There is no npm in the builder image.
  await writeAgent("package", "npm view tool version\n");
});

afterAll(async () => {
  packages.close();
  await server[Symbol.asyncDispose]();
  execFileSync("docker", ["image", "prune", "--force", "--filter", "label=dev.slipway.test=tiny"]);
  const listed = execFileSync("docker", ["images", "--quiet", builder.replace(/:1$/, "")]);
  const ids = [...new Set(listed.toString().split("\n"))].filter((id) => id !== "");
  if (ids.length > 0) execFileSync("docker", ["rmi", "--force", ...ids]);
  await rm(root, { recursive: true, force: true });
});

test("versions come from the pinned builder image, else from the host; images from their registry", async () => {
  const { code, stdout, stderr } = await slipway("lock");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain("agents.inside");
  const lock = await readLock();
  expect(lock.agents).toEqual({
    inside: { version: "1.0.0", source: "builder" },
    package: { version: "3.2.1", source: "host" },
  });
  expect(lock.builder).toEqual({ reference: builder, digest: lock.from_images[builder]?.digest });
  expect(asked).toContain("/tool");
  expect(await slipway("lock", "--frozen")).toMatchObject({ code: 0 });
});

test("what is newer is told, and locked by an update alone", async () => {
  const before = await readLock();
  expect(await outdated()).toEqual({ [builder]: "same", inside: "same", package: "same" });
  await pushBuilder("1.1.0");
  toolVersion = "3.3.0";
  const plan = await slipway("update", "--dry-run");
  expect(plan.stdout).toContain("1.0.0 → 1.1.0");
  expect(plan.stdout).toContain("3.2.1 → 3.3.0");
  expect(await readLock()).toEqual(before);
  expect(await slipway("update", "package")).toMatchObject({ code: 0 });
  const { agents, builder: image } = await readLock();
  expect([agents["inside"]?.version, agents["package"]?.version]).toEqual(["1.0.0", "3.3.0"]);
  expect(image.digest).not.toBe(before.builder.digest);
});

test("the builder image is sealed off but for the network, and gets nothing of the caller", async () => {
  const script = [
    "touch /x 2>/dev/null && root=1 || root=0",
    "net=$(grep -c eth0 /proc/net/dev)",
    'env | grep -q "of the caller" && secret=1 || secret=0',
    "set -- $(grep CapEff /proc/self/status)",
    "caps=$(echo $2 | tr -d 0)",
    'echo "1.root$root.net$net.secret$secret.caps${caps:-none}"',
  ];
  await writeAgent("sealed", `${script.join("\n")}\n`);
  expect(await slipway("lock", "sealed")).toMatchObject({ code: 0 });
  expect((await readLock()).agents["sealed"]).toEqual({
    version: "1.root0.net1.secret0.capsnone",
    source: "builder",
  });
});

test("without a request version.sh has no network, and what takes one is unknown", async () => {
  await writeAgent("sealed", "echo 1.$(grep -c eth0 /proc/net/dev)\n");
  expect(await slipway("lock", "sealed", "--offline")).toMatchObject({ code: 0 });
  expect((await readLock()).agents["sealed"]).toMatchObject({ version: "1.0" });
  asked.length = 0;
  expect(await outdated("--offline", "sealed", "package")).toEqual({
    [builder]: "unknown",
    sealed: "same",
    package: "unknown",
  });
  expect(asked).toEqual([]);
});

test("an agent that nobody knows the version of is told with what both places said", async () => {
  await writeAgent("broken", "echo one; echo two\n");
  const said = await slipway("lock");
  expect(said.code).toBe(1);
  expect(said.stderr).toMatch(/in the builder image: it printed several lines:\s+one\s+two/);
  expect(said.stderr).toMatch(/on this machine: it printed several lines:\s+one\s+two/);
  expect(await slipway("lock", "--frozen")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("agents.broken") as string,
  });
  expect(await outdated("broken")).toMatchObject({ broken: "unknown" });
});
