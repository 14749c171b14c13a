import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import type { RunningNetwork } from "@slipway/ao-network";
import { connectTo } from "@slipway/ao-network/rig";
import { expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");

const definition = `name: skills
processes:
  registry: { source: src/registry.lua }
targets:
  dev: { mode: mainnet, network: local }
`;

/** The same place without its name: what a person calls production. */
function remoteTarget({ mu, su, cu, gateway, module, scheduler, authority }: RunningNetwork) {
  const units = { mode: "legacy", mu, su, cu, gateway, module, scheduler, authority };
  const conduct = { wallet: { file: "../.slipway/ao-network/wallet.json" }, preflight: "fresh" };
  return `  production: ${JSON.stringify({ ...units, ...conduct })}\n`;
}

const registry = 'Handlers.add("Info", "Info", function (msg) msg.reply({ Data = "hello" }) end)\n';

async function openRig() {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-plan-"));
  const network = await startNetwork(path.join(root, ".slipway/ao-network"));
  const write = async (name: string, text: string) => {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  await write("nx.json", "{}");
  await write("skills/ao.yml", `${definition}${remoteTarget(network)}`);
  await write("skills/src/registry.lua", registry);
  const ao = async (...words: readonly string[]) => {
    const child = spawn(process.execPath, [program, "ao", ...words], { cwd: root });
    const [out, error]: [string[], string[]] = [[], []];
    child.stdout.on("data", (text) => out.push(String(text)));
    child.stderr.on("data", (text) => error.push(String(text)));
    const [status] = (await once(child, "close")) as [number];
    return { status, out: out.join(""), error: error.join("") };
  };
  return {
    ao,
    write,
    itemsSent: async () => (await network.log.entries()).filter(({ item }) => item !== undefined),
    root,
    network,
    read: async (name: string) => readFile(path.join(root, name), "utf8"),
    [Symbol.asyncDispose]: async () => {
      await network.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

test("planned, applied once, refused when stale, and told in the history", async () => {
  await using rig = await openRig();
  const planned = await rig.ao("plan", "skills", "--out", "plan.json");
  expect(planned).toMatchObject({ status: 0 });
  expect(planned.out).toMatch(/registry +is spawned +first deployment\n/);
  expect(planned.out).toMatch(/bill +2 items, \d+ bytes to sign, as \S{43}\n/);
  const applied = await rig.ao("apply", "plan.json", "--json");
  expect(JSON.parse(applied.out)).toMatchObject({ state: "done", cause: "first-deployment" });
  const again = await rig.ao("apply", "plan.json");
  expect(again).toMatchObject({ status: 1 });
  expect(again.error).toContain("what the plan was made from has changed since");
  const told = await rig.ao("history", "skills", "--json");
  expect(JSON.parse(told.out)).toMatchObject({
    history: [{ did: "spawned" }, { did: "evaluated", name: "registry", deployTarget: "dev" }],
  });
  const unchanged = await rig.ao("plan", "skills", "--json");
  expect(JSON.parse(unchanged.out)).toMatchObject({
    schema: 1,
    plan: { processes: [{ name: "registry", step: "nothing", items: [] }] },
  });
});

test("a record that was lost is rebuilt from what the gateway lists, though that is many pages", async () => {
  await using rig = await openRig();
  await rig.ao("plan", "skills", "--out", "plan.json");
  await rig.ao("apply", "plan.json");
  const [file, own] = [".slipway/ao/skills/dev.json", path.join(rig.root, ".slipway/ao/skills")];
  const recorded = JSON.parse(await rig.read(file)) as Recorded;
  const { process: id, codeDigest, history } = recorded.processes.registry;
  const client = await connectTo(rig.network);
  const project = { "Deploy-Project": "skills", "Deploy-Env": "dev" };
  const other = { ...project, "Deploy-Process": "other", "Deploy-Spec": codeDigest };
  const many = Array.from({ length: 101 });
  await Promise.all(many.map(() => client.spawn(other)));
  await Promise.all(
    many.map(() => client.send(id, { Action: "Eval", ...project }, "error('refused')")),
  );
  expect(await rig.ao("recover", "skills")).toEqual({ status: 0, out: "they agree\n", error: "" });

  await rm(own, { recursive: true });
  const lost = await rig.ao("recover", "skills", "--json");
  expect(lost.status).toBe(1);
  expect(JSON.parse(lost.out)).toMatchObject({
    schema: 1,
    file,
    differences: [
      { name: "registry", about: "process", recorded: "none", found: id },
      { about: "settings", recorded: "none" },
      { about: "code", recorded: "none" },
      { about: "links", recorded: "none" },
    ],
  });
  await expect(rig.read(file)).rejects.toThrow("ENOENT");

  expect((await rig.ao("recover", "skills", "--write")).status).toBe(0);
  const rebuilt = (JSON.parse(await rig.read(file)) as Recorded).processes.registry;
  expect(rebuilt).toMatchObject({ process: id, codeDigest, provenBy: history[1]?.message });
  expect(rebuilt.history).toHaveLength(history.length + 101);
  const planned = await rig.ao("plan", "skills", "--json");
  expect(JSON.parse(planned.out)).toMatchObject({ plan: { processes: [{ step: "nothing" }] } });
});

type Recorded = {
  readonly processes: {
    readonly registry: {
      readonly process: string;
      readonly codeDigest: string;
      readonly history: readonly { readonly message?: string }[];
    };
  };
};

test("deployed in one step: the plan is shown, a remote network wants a yes, and the second time is nothing", async () => {
  await using rig = await openRig();
  const local = await rig.ao("deploy", "skills");
  expect(local).toMatchObject({ status: 0 });
  expect(local.out).toMatch(/registry +is spawned +first deployment\n/);
  expect(local.out).toContain("✓ done: first deployment");
  const again = await rig.ao("deploy", "skills");
  expect(again).toMatchObject({ status: 0 });
  expect(again.out).toMatch(/^= unchanged: the process answered with this code\n/);

  const sent = (await rig.itemsSent()).length;
  const asked = await rig.ao("deploy", "skills", "--target", "production");
  expect(asked).toMatchObject({ status: 1 });
  expect(asked.out).toMatch(/bill +2 items, \d+ bytes to sign, as \S{43}\n/);
  expect(asked.error).toContain("it was not confirmed; nothing was changed");
  expect(await rig.itemsSent()).toHaveLength(sent);
  const sure = await rig.ao("deploy", "skills", "--target", "production", "--yes", "--json");
  expect(JSON.parse(sure.out)).toMatchObject({ schema: 1, cause: "first-deployment" });

  const unknown = await rig.ao("deploy", "skills", "--target", "prod");
  expect(unknown.error).toContain("dev, production");
});

test.each(["dev", "production"])(
  "%s: what does not run in aos is neither deployed nor applied, and nothing is signed",
  async (target) => {
    await using rig = await openRig();
    await rig.write("skills/src/registry.lua", 'error("not today")\n');
    const deployed = await rig.ao("deploy", "skills", "--target", target, "--yes");
    expect(deployed).toMatchObject({ status: 1 });
    expect(deployed.error).toContain("the code is not fit to be deployed; nothing was signed");
    await rig.ao("plan", "skills", "--target", target, "--out", "plan.json");
    const applied = await rig.ao("apply", "plan.json");
    expect(applied).toMatchObject({ status: 1 });
    expect(applied.error).toContain("not today");
    expect(await rig.itemsSent()).toEqual([]);
  },
);
