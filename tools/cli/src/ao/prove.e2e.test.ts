import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { startNetwork } from "@slipway/ao-network";
import type { RunningNetwork } from "@slipway/ao-network";
import { bundleProcess, deployProcess } from "@slipway/processes";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let root: string;
let network: RunningNetwork;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-ao-"));
  network = await startNetwork(path.join(root, ".slipway/ao-network"));
  await write("nx.json", "{}");
  await write("skills/ao.yml", definition);
  await write("skills/main.lua", source(1));
});
afterAll(async () => {
  await network.stop();
  await rm(root, { recursive: true, force: true });
});

const definition = `name: skills
processes:
  registry: { source: main.lua, checks: [{ action: Info, expect: { data: { visits: 0 } } }] }
targets:
  testnet: { mode: legacy, network: local }
  production: { mode: legacy, network: local, promotion: { from: testnet, clean_tree: false } }
`;

const source = (version: number): string => `
Visits = Visits or 0
Handlers.add("Info", Handlers.utils.hasMatchingTag("Action", "Info"), function(msg)
  ao.send({ Target = msg.From, Data = require("json").encode({ version = ${version}, visits = Visits }) })
end)
`;

async function write(name: string, content: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function deploy(deployTarget: string): Promise<void> {
  const task = {
    workspaceRoot: root,
    projectRoot: "skills",
    projectName: "skills",
    signal: new AbortController().signal,
    progress: () => {},
    once: async <Value>(_question: string, ask: () => Promise<Value>) => ask(),
    counted: () => {},
  };
  const bundled = await bundleProcess(task);
  const deployed = bundled.ok ? await deployProcess(task, { deployTarget }) : bundled;
  if (!deployed.ok) throw new Error(JSON.stringify(deployed.failure));
}

async function slipway(...args: readonly string[]) {
  const env = { ...process.env, XDG_STATE_HOME: path.join(root, "state") };
  const child = spawn(process.execPath, [program, "ao", ...args], { cwd: root, env });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]);
  return { stdout, stderr, code };
}

async function json(...args: readonly string[]) {
  const { stdout, code } = await slipway(...args, "--json");
  return { code, told: JSON.parse(stdout) as Readonly<Record<string, unknown>> };
}

test("an environment is verified, promoted and rolled back, each by one command", async () => {
  await deploy("testnet");
  const seen = await json("verify");
  expect(seen).toMatchObject({
    code: 0,
    told: {
      schema: 1,
      processes: [
        { deployTarget: "testnet", name: "registry", state: "agrees", checks: { passed: 1 } },
        { deployTarget: "production", state: "never-deployed", isFaulty: false },
      ],
    },
  });
  expect((await slipway("verify", "skills", "--strict")).code).toBe(1);

  const way = ["promote", "skills", "--from", "testnet", "--to", "production"];
  expect(await json(...way, "--dry-run")).toMatchObject({ code: 0, told: { result: "planned" } });
  expect(await json(...way)).toMatchObject({
    code: 0,
    told: { schema: 1, result: "promoted", processes: [{ name: "registry", state: "done" }] },
  });

  await write("skills/main.lua", source(2));
  await deploy("testnet");
  expect((await slipway("verify", "skills", "--target", "testnet")).code).toBe(0);
  expect((await slipway(...way)).code).toBe(0);
  const back = ["rollback", "skills", "--target", "production"];
  const rolled = await json(...back, "--to", "code", "-1");
  expect(rolled).toMatchObject({ code: 0, told: { result: "done", state: "kept" } });
  expect(await json(...back, "--to", "code")).toMatchObject({ told: { result: "unchanged" } });
  expect(await json(...back, "--redeploy")).toMatchObject({
    told: { result: "done", state: "lost" },
  });
  const text2 = await slipway("verify", "--target", "production");
  expect(text2.stdout).toMatch(/skills +production +registry +behind the bundle/);
  expect(text2.code).toBe(0);
});

test("a drift is told with who it was, and a closed gate in a table; both fail", async () => {
  const record = path.join(root, ".slipway/ao/skills/testnet.json");
  const { processes } = JSON.parse(await readFile(record, "utf8")) as {
    processes: Record<string, { codeDigest: string; process: string }>;
  };
  const before = await readFile(record, "utf8");
  const digest = processes["registry"]?.codeDigest ?? "";
  const lie = before.replaceAll(digest, `sha256:${"0".repeat(64)}`);
  await writeFile(record, lie);
  const drifted = await slipway("verify", "skills", "--target", "testnet");
  expect(drifted.code).toBe(1);
  expect(drifted.stdout).toContain("DRIFTED");
  const refused = await slipway("promote", "skills", "--from", "testnet", "--to", "production");
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/CLOSED +live there now +registry should run/);
  expect(refused.stdout).toMatch(/not asked for +everything is committed/);
  await writeFile(record, before);
});

test("what is not called as it can be is not done", async () => {
  expect((await slipway("promote", "skills", "--from", "testnet")).code).toBe(2);
  expect((await slipway("rollback", "skills", "--target", "production")).code).toBe(2);
  expect((await slipway("rollback", "skills", "--to", "code")).code).toBe(2);
  expect((await slipway("verify", "nowhere")).code).toBe(1);
  expect((await slipway("verify", "skills", "--target", "nowhere")).code).toBe(1);
});
