import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { RunningNetwork } from "@slipway/ao-network";
import { initKeys, readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import { digestOf } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, openTestNetwork, openWorkspace, processesOf, send } from "../test/workspace.ts";
import { applyPlan, planProject } from "./deploy/apply.ts";
import { deployProcess } from "./deploy/deploy.ts";
import type { Effects } from "./deploy/settle.ts";
import { approve } from "./promote/approvals.ts";
import type { Gate } from "./promote/gates.ts";
import { promote } from "./promote/promote.ts";
import type { EnvironmentRecord } from "./record/record.ts";
import { recoverRecord } from "./record/recover.ts";
import { rollback } from "./rollback/rollback.ts";
import type { Way } from "./rollback/rollback.ts";
import { verifyEnvironment } from "./verify/verify-environment.ts";
import { isFaulty, verifyProject } from "./verify/verify-project.ts";
import { verifyProcess } from "./verify/verify.ts";

/** One network for all tests; each has a workspace, and so processes, of its own. */
let network: RunningNetwork;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ao-prove-"));
  network = await openTestNetwork();
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const source = (version: number, more = ""): string => `
Visits = Visits or 0
Handlers.add("Info", Handlers.utils.hasMatchingTag("Action", "Info"), function(msg)
  ao.send({ Target = msg.From, Data = require("json").encode({ version = ${version}, visits = Visits }) })
end)
Handlers.add("Visit", Handlers.utils.hasMatchingTag("Action", "Visit"), function(msg)
  Visits = Visits + 1
end)
${more}
`;
const extra = `Handlers.add("Extra", Handlers.utils.hasMatchingTag("Action", "Extra"), function(msg)
  ao.send({ Target = msg.From, Data = "extra" })
end)`;

const oneProcess = `processes:
  registry: { source: main.lua, state: [Visits], checks: [{ action: Info, expect: { data: { visits: 0 } } }] }
`;

type Rig = Awaited<ReturnType<typeof openRig>>;

/** A workspace under git with one project and two environments, both on the one network. */
async function openRig(
  rule = "verified_within: 30m, clean_tree: false",
  {
    mode = "legacy",
    processes = oneProcess,
  }: { mode?: "legacy" | "mainnet"; processes?: string } = {},
) {
  const workspace = await openWorkspace(network, folder);
  const { root, project, task } = workspace;
  const { mu, su, cu, url, gateway, module, scheduler, authority, wallet } = network;
  const units = mode === "legacy" ? { mode, mu, su, cu, gateway } : { mode, url, gateway };
  const site = JSON.stringify({ ...units, module, scheduler, authority });
  // What is tried first has tests of its own.
  const made = `${site.slice(0, -1)}, "wallet": { "file": "${wallet}" }, preflight: "off"`;
  const definition = `
name: skills
${processes}targets:
  testnet: ${made}, export: { json: dist/ids.json } }
  production: ${made}, promotion: { from: testnet, ${rule} } }
  other: ${made} }
`;
  const file = (name: string) => workspace.path(project, name);
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.test"];
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-C", root, ...who, ...args], { stdio: "pipe" });
  };
  const record = async (deployTarget: string, name = "registry") => {
    const text = await readFile(file(`deployments/${deployTarget}.json`), "utf8");
    const registry = (JSON.parse(text) as EnvironmentRecord).processes[name];
    if (registry?.state !== "deployed") throw new Error("not deployed");
    return registry;
  };
  const client = () => workspace.client(mode);
  await workspace.put({ "ao.yml": definition });
  await writeFile(path.join(root, ".gitignore"), ".slipway\ndist\n");
  git("init", "--quiet");
  return {
    root,
    exported: async () => JSON.parse(await readFile(file("dist/ids.json"), "utf8")) as unknown,
    project,
    write: (name: string, text: string) => workspace.put({ [name]: text }),
    git,
    task,
    bundle: (text: string) => workspace.write({ "main.lua": text }),
    record,
    client,
    place: { workspaceRoot: root, projectRoot: project },
    file,
    deploy: async (deployTarget: string, effects: Effects = {}) => {
      const deployed = await deployProcess(task(), { deployTarget }, effects);
      return deployed.ok ? `${deployed.value.state} ${deployed.value.cause}` : deployed.failure;
    },
    see: async (deployTarget: string, effects: Effects = {}) => {
      const seen = await verifyEnvironment(task(), { deployTarget }, effects);
      if (!seen.ok) throw new Error(JSON.stringify(seen.failure));
      const [one] = seen.value;
      if (one === undefined) throw new Error("nothing seen");
      return one;
    },
    promote: async (
      options: { isDryRun?: boolean; ownKey?: string } = {},
      effects: Effects = {},
    ) => {
      const trust = await readTrust(root);
      if (!trust.ok) throw new Error(trust.failure.reason);
      const { isDryRun = false, ownKey } = options;
      const people = { trust: trust.value, ownKey };
      const asked = { from: "testnet", to: "production", isDryRun };
      return promote(task(), asked, people, effects);
    },
    rollback: async (
      deployTarget: string,
      way: Way,
      effects: Effects = {},
      { isDryRun = false, process }: { isDryRun?: boolean; process?: string } = {},
    ) => rollback(task(), { deployTarget, process, way, isDryRun }, effects),
    person: async (name: string) => {
      const variables = { XDG_CONFIG_HOME: path.join(root, ".slipway", name) };
      await initKeys(root, variables);
      const key = await readSigningKey(signingKeyFile(variables));
      if (!key.ok) throw new Error(key.failure.reason);
      return key.value;
    },
    /** As somebody with the same wallet would. */
    send: async (process: string, tags: Readonly<Record<string, string>>, data = " ") =>
      send(await client(), process, tags, data),
    ask: async (process: string, action: string) => ask(await client(), process, action),
    processes: async () => (await processesOf(network, project)).map(({ id }) => id),
  };
}

/** Ends the run as a kill does: what it was about to send is sent or not, and nothing comes after. */
function killed(rig: Rig, at: number, { isDelivered }: { readonly isDelivered: boolean }) {
  const state = { items: 0, isDead: false };
  const dying: typeof fetch = async (input, init) => {
    if (state.isDead) throw new TypeError("dead");
    const isItem = init?.method === "POST" && input === network.mu;
    if (isItem) state.items += 1;
    if (!isItem || state.items < at) return fetch(input, init);
    state.isDead = true;
    if (isDelivered) await fetch(input, init);
    throw new TypeError("dead");
  };
  const effects: Effects = {
    fetch: dying,
    limits: { requestMs: 5000, retryMs: [], busyMs: 1000 },
  };
  return { effects, project: rig.project };
}

function isAt(input: Parameters<typeof fetch>[0], unit: string): boolean {
  return typeof input === "string" && input.startsWith(unit);
}

const closedIn = (gates: readonly Gate[]) =>
  gates.flatMap((gate) => (gate.state === "closed" ? [gate.gate] : []));

test("each environment is told as it is, and what was seen is kept for promotions", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  expect(await rig.see("testnet")).toMatchObject({ state: "never-deployed" });
  await rig.deploy("testnet");
  await network.log.reset();
  const seen = await rig.see("testnet");
  expect(seen).toMatchObject({ state: "agrees", checks: { passed: 2, failed: [] }, changedBy: [] });
  expect(await network.log.writes()).toEqual([]);
  expect(new Set([seen.recorded, seen.live, seen.wanted]).size).toBe(1);
  const kept = path.join(rig.root, ".slipway/ao", rig.project, "testnet.verified.json");
  expect(JSON.parse(await readFile(kept, "utf8"))).toMatchObject({
    processes: { registry: { process: seen.process, codeDigest: seen.live } },
  });

  await rig.bundle(source(2));
  expect(await rig.see("testnet")).toMatchObject({ state: "behind", live: seen.live });
  await rm(rig.file("dist"), { recursive: true });
  const bundled = await rig.see("testnet");
  expect([bundled.state, bundled.wanted]).toEqual(["agrees", undefined]);

  await rig.send(seen.process ?? "", { Action: "Visit" });
  expect((await rig.see("testnet")).checks?.failed).toEqual([
    { action: "Info", problem: "data.visits: expected 0, found 1" },
  ]);
});

test("drift is told with both digests, and with who evaluated what after us", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const { process, owner, codeDigest } = await rig.record("testnet");
  const other = digestOf("other");
  await rig.send(process, { Action: "Info" });
  const theirs = await rig.send(process, { Action: "Eval" }, "return 1");
  const ours = await rig.send(
    process,
    { Action: "Eval", "Deploy-Code": other },
    `__AO_DEPLOY.sha256 = "${other}"`,
  );
  const seen = await rig.see("testnet");
  expect(seen).toMatchObject({ state: "drifted", recorded: codeDigest, live: other });
  expect(seen.changedBy).toEqual([
    { message: theirs, from: owner, at: expect.any(String) as string },
    { message: ours, from: owner, at: expect.any(String) as string, deployed: other },
  ]);
  const verified = await verifyProcess(rig.task(), { deployTarget: "testnet" });
  expect(verified).toMatchObject({ failure: { reason: "live-code-differs", live: other } });
});

test("what was evaluated beside the deployed code is told, though the process says that it agrees", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const { process, owner } = await rig.record("testnet");
  const verified = async () => {
    const seen = await verifyProject(rig.task(), ["testnet"]);
    if (!seen.ok || seen.value[0] === undefined) throw new Error(JSON.stringify(seen));
    const [one] = seen.value;
    const faults = [false, true].map((isStrict) => isFaulty(one, { isStrict }));
    return { state: one.state, changedBy: one.changedBy, faults };
  };
  const agrees = { state: "agrees", changedBy: [], faults: [false, false] };
  expect(await verified()).toEqual(agrees);
  const byHand = 'Handlers.add("Extra", "Extra", function() end)';
  const message = await rig.send(process, { Action: "Eval" }, byHand);
  const at = expect.any(String) as string;
  const changedBy = [{ message, from: owner, at }];
  expect(await verified()).toEqual({ state: "agrees", changedBy, faults: [false, true] });
  await rig.bundle(source(2));
  await rig.deploy("testnet");
  expect(await verified()).toEqual(agrees);
});

test("a unit that answers dry-runs from memory does not hide a drift", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await network.conditions.set({ staleDryRunMs: 60_000 });
  try {
    expect((await rig.see("testnet")).state).toBe("agrees");
    const { process } = await rig.record("testnet");
    await rig.send(process, { Action: "Eval" }, `__AO_DEPLOY = nil`);
    expect((await rig.see("testnet")).state).toBe("drifted");
  } finally {
    await network.faults.clear();
  }
});

test("a check that is not met yet is asked again while there is time", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const { process } = await rig.record("testnet");
  await rig.send(process, { Action: "Visit" });
  const text = await readFile(rig.file("ao.yml"), "utf8");
  await rig.write(
    "ao.yml",
    text.replace("testnet: {", "testnet: { checks: { within: 4s, retries: 2 },"),
  );
  const told: string[] = [];
  const reset = rig.send(process, { Action: "Eval" }, "Visits = 0");
  const seen = await verifyEnvironment(
    { ...rig.task(), progress: (line) => told.push(line) },
    { deployTarget: "testnet" },
    {},
  );
  await reset;
  expect(seen.ok && seen.value[0]?.checks).toEqual({ passed: 2, failed: [] });
});

test("runs that share a compute unit wait for each other's turns, and send nothing meanwhile", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const text = await readFile(rig.file("ao.yml"), "utf8");
  await rig.write("ao.yml", text.replace("testnet: {", "testnet: { dry_runs_per_minute: 3,"));
  try {
    const state = { XDG_STATE_HOME: path.join(rig.root, "state") };
    const seen = await rig.see("testnet", { environment: state });
    expect(seen.state).toBe("agrees");
    const waited: string[] = [];
    const stopping = new AbortController();
    const task = {
      ...rig.task(stopping.signal),
      progress: (line: string) => {
        waited.push(line);
        stopping.abort();
      },
    };
    await network.log.reset();
    const second = verifyEnvironment(task, { deployTarget: "testnet" }, { environment: state });
    expect(await second).toMatchObject({
      value: [{ state: "unreachable", failure: { reason: "ao-stopped" } }],
    });
    expect(waited[0]).toMatch(/waiting \d+ s \(3 dry-runs a minute\)/);
    expect((await network.log.counts()).cu).toEqual({});
  } finally {
    await network.faults.clear();
  }
});

test("what cannot be reached is told as that, with the request that failed", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const limits = { requestMs: 1000, retryMs: [], busyMs: 100 };
  const dead: Effects = {
    limits,
    fetch: () =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })),
  };
  expect(await rig.see("testnet", dead)).toMatchObject({
    state: "unreachable",
    failure: { reason: "unit-unreachable", unit: "cu" },
  });
});

test("a promotion moves the verified bytes, though the bundle is gone and the sources have moved on", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await rig.see("testnet");
  await rig.write("main.lua", source(2));
  await rm(rig.file("dist"), { recursive: true });
  const told = await rig.promote({ isDryRun: true });
  expect(told.ok && [closedIn(told.value.gates), told.value.done]).toEqual([[], undefined]);
  await expect(rig.record("production")).rejects.toThrow("ENOENT");

  const promoted = await rig.promote();
  expect(promoted).toMatchObject({ ok: true });
  const [from, to] = [await rig.record("testnet"), await rig.record("production")];
  expect([to.codeDigest, to.handlers]).toEqual([from.codeDigest, from.handlers]);
  expect(to.process).not.toBe(from.process);
  expect(to.history.at(-1)).toMatchObject({ did: "promoted", from: "testnet", by: from.owner });
  expect(await rig.ask(to.process, "Info")).toEqual({ version: 1, visits: 0 });

  const again = await rig.promote();
  expect(again.ok && again.value.done?.map(({ state }) => state)).toEqual(["unchanged"]);
  expect(await rig.processes()).toHaveLength(2);
});

test("a wallet that the next commit would hold signs nothing, until git ignores it", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.write("wallet.json", await readFile(network.wallet, "utf8"));
  await chmod(rig.file("wallet.json"), 0o600);
  const definition = await readFile(rig.file("ao.yml"), "utf8");
  await rig.write("ao.yml", definition.replaceAll(network.wallet, "wallet.json"));
  const refusal = { reason: "wallet-not-ignored", source: "wallet.json" };
  expect(await rig.deploy("testnet")).toEqual(refusal);
  await rig.write(".gitignore", "wallet.json\n");
  expect(await rig.deploy("testnet")).toBe("done first-deployment");
  rig.git("add", "--force", "--all");
  expect(await rig.deploy("testnet")).toEqual(refusal);
});

test("where code comes by promotion a build is deployed by no command, and what was promoted is repaired", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await rig.see("testnet");
  const refusal = {
    reason: "promotion-only",
    deployTarget: "production",
    from: "testnet",
    project: rig.project,
    processes: ["registry"],
  };
  await network.log.reset();
  expect(await rig.deploy("production")).toEqual(refusal);
  const options = { deployTarget: "production" };
  expect(await planProject(rig.task(), options)).toEqual({ ok: false, failure: refusal });
  expect(await network.log.writes()).toEqual([]);
  await rig.promote();
  expect(await rig.deploy("production")).toBe("unchanged live-code-agrees");
  const plan = await planProject(rig.task(), options);
  if (!plan.ok) throw new Error(plan.failure.reason);

  const { process } = await rig.record("production");
  await rig.send(process, { Action: "Eval" }, "__AO_DEPLOY = nil");
  expect(await rig.deploy("production")).toBe("done live-code-drifted");
  await rig.bundle(source(2));
  expect(await rig.deploy("production")).toEqual(refusal);
  expect(await applyPlan(rig.task(), plan.value)).toEqual({ ok: false, failure: refusal });
  expect(await rig.ask(process, "Info")).toEqual({ version: 1, visits: 0 });
});

test("without the archive the bytes come from the source's network, and other bytes are refused", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await rig.see("testnet");
  const code = path.join(rig.root, ".slipway/ao", rig.project, "code");
  await rm(code, { recursive: true });
  const altering: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method === "POST" || !isAt(input, network.gateway)) return response;
    return new Response((await response.text()).replace("version = 1", "version = 9"), response);
  };
  const altered = await rig.promote({}, { fetch: altering });
  expect(altered.ok && closedIn(altered.value.gates)).toEqual(["bytes"]);
  const promoted = await rig.promote();
  expect(promoted.ok && promoted.value.done).toHaveLength(1);
  expect((await rig.record("production")).codeDigest).toBe(
    (await rig.record("testnet")).codeDigest,
  );
});

test("all closed gates are told at once, and nothing is sent", async () => {
  const rig = await openRig("verified_within: 30m, approval: { keys: [sha256:none] }");
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const { process } = await rig.record("testnet");
  await rig.send(process, { Action: "Eval" }, "__AO_DEPLOY = nil");
  await network.log.reset();
  const refused = await rig.promote();
  expect(refused.ok && closedIn(refused.value.gates)).toEqual([
    "verified",
    "live",
    "clean-tree",
    "approval",
  ]);
  expect(refused.ok && refused.value.done).toBeUndefined();
  expect(await network.log.writes()).toEqual([]);
});

test("a promotion of several people: committed, verified, signed by the second, and done by the first", async () => {
  const rig = await openRig("verified_within: 30m");
  const second = await rig.person("second");
  const first = await rig.person("first");
  const text = await readFile(rig.file("ao.yml"), "utf8");
  const keys = `approval: { keys: ["${second.hint}", "${first.hint}"] }`;
  await rig.write("ao.yml", text.replace("verified_within: 30m", `verified_within: 30m, ${keys}`));
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await rig.see("testnet");
  const { codeDigest } = await rig.record("testnet");
  const promotion = {
    project: rig.project,
    from: "testnet",
    to: "production",
    digests: { registry: codeDigest },
  };
  const own = await approve(rig.place, promotion, { key: first, now: new Date() });
  rig.git("add", "-A");
  rig.git("commit", "--quiet", "-m", "all");
  const alone = await rig.promote({ ownKey: first.hint });
  expect(alone.ok && closedIn(alone.value.gates)).toEqual(["approval"]);
  await approve(rig.place, promotion, { key: second, now: new Date() });
  const dirty = await rig.promote({ ownKey: first.hint });
  expect(dirty.ok && closedIn(dirty.value.gates)).toEqual(["clean-tree"]);
  rig.git("add", "-A");
  rig.git("commit", "--quiet", "-m", "approved");
  expect(own).toContain("deployments/approvals/testnet-production-");
  expect(await rig.promote({ ownKey: first.hint })).toMatchObject({ value: { done: [{}] } });
  expect((await rig.record("production")).history.at(-1)?.commit?.isClean).toBe(true);
});

test.each([
  ["spawn", 1, true],
  ["evaluation", 2, false],
])(
  "a promotion that is killed at its %s (%i, delivered %s) leaves one truth",
  async (_, at, isDelivered) => {
    const rig = await openRig();
    await rig.bundle(source(1));
    await rig.deploy("testnet");
    await rig.see("testnet");
    const dead = await rig.promote({}, killed(rig, at, { isDelivered }).effects);
    expect(dead.ok).toBe(false);
    expect(await rig.promote()).toMatchObject({ ok: true });
    const { process, codeDigest } = await rig.record("production");
    expect(new Set(await rig.processes())).toEqual(
      new Set([(await rig.record("testnet")).process, process]),
    );
    expect(await rig.see("production")).toMatchObject({ state: "agrees", live: codeDigest });
  },
);

test("of two promotions at once one waits its turn or is refused, and one process is made", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await rig.see("testnet");
  const both = await Promise.all([rig.promote(), rig.promote()]);
  const said = both.map((one) => (one.ok ? "promoted" : one.failure.reason)).toSorted();
  expect(said.at(-1)).toBe("promoted");
  expect(["ao-deploy-running", "promoted"]).toContain(said[0]);
  expect(await rig.processes()).toHaveLength(2);
});

const codeBack = { to: "code", choice: { back: 1 } } as const;

test("code goes back in place: the state stays, the newer version's handlers go, and again finds it so", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const before = await rig.record("testnet");
  await rig.bundle(source(2, extra));
  await rig.deploy("testnet");
  const { process } = before;
  await rig.send(process, { Action: "Visit" });
  expect(await rig.ask(process, "Extra")).toBe("extra");

  await network.log.reset();
  const planned = await rig.rollback("testnet", codeBack, {}, { isDryRun: true });
  expect(planned).toMatchObject({
    value: { result: "planned", state: "kept", to: { process, codeDigest: before.codeDigest } },
  });
  expect(await network.log.writes()).toEqual([]);

  expect(await rig.rollback("testnet", codeBack)).toMatchObject({ value: { result: "done" } });
  expect(await rig.ask(process, "Info")).toEqual({ version: 1, visits: 1 });
  expect(await rig.ask(process, "Extra")).not.toBe("extra");
  const after = await rig.record("testnet");
  expect([after.process, after.codeDigest, after.handlers]).toEqual([
    process,
    before.codeDigest,
    before.handlers,
  ]);
  expect(after.history.at(-1)).toMatchObject({ did: "rolled-back" });

  await network.log.reset();
  expect(await rig.rollback("testnet", codeBack)).toMatchObject({ value: { result: "unchanged" } });
  expect(await network.log.writes()).toEqual([]);
});

test("there is nothing to go back to from the first code, and no digest that never ran is taken", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const first = { reason: "rollback-not-found", process: "registry", asked: "-1" };
  expect(await rig.rollback("testnet", codeBack)).toMatchObject({ failure: first });
  const never = { to: "code", choice: digestOf("never") } as const;
  expect(await rig.rollback("testnet", never)).toMatchObject({
    failure: { reason: "rollback-not-found", asked: never.choice },
  });
});

test("a new process of earlier code begins anew; the earlier process is pointed back at as it was", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  expect(await rig.deploy("testnet")).toBe("done first-deployment");
  const old = await rig.record("testnet");
  await rig.send(old.process, { Action: "Visit" });
  await rig.bundle(source(2));
  expect(await rig.deploy("testnet")).toBe("done code-changed");

  const redeploy = { to: "redeploy", choice: { back: 1 } } as const;
  const redeployed = await rig.rollback("testnet", redeploy);
  expect(redeployed).toMatchObject({ value: { result: "done", state: "lost" } });
  const fresh = await rig.record("testnet");
  expect(fresh.process).not.toBe(old.process);
  expect(fresh.codeDigest).toBe(old.codeDigest);
  expect(await rig.exported()).toEqual({ registry: fresh.process });
  expect(await rig.ask(fresh.process, "Info")).toEqual({ version: 1, visits: 0 });
  expect(await rig.rollback("testnet", redeploy)).toMatchObject({ value: { result: "unchanged" } });
  expect(await rig.processes()).toHaveLength(2);

  // The old one runs version 2, which its history says too.
  const back = { to: "process", choice: { back: 1 } } as const;
  expect(await rig.rollback("testnet", back)).toMatchObject({
    value: { result: "done", state: "of-that-process", to: { process: old.process } },
  });
  expect(await rig.exported()).toEqual({ registry: old.process });
  expect(await rig.ask(old.process, "Info")).toEqual({ version: 2, visits: 1 });
  expect(await rig.see("testnet")).toMatchObject({ state: "agrees", process: old.process });
  expect(await rig.rollback("testnet", back)).toMatchObject({ value: { result: "unchanged" } });
  // That it is pointed back at is on no network: who recovers the record is not led to the newer one.
  const recovered = await recoverRecord(rig.task(), { deployTarget: "testnet" });
  expect(recovered).toMatchObject({ value: { differences: [] } });
});

test("an earlier process that runs other code than its history says is not pointed back at", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const old = await rig.record("testnet");
  await rig.bundle(source(2));
  await rig.deploy("testnet");
  await rig.rollback("testnet", { to: "redeploy", choice: { back: 1 } });
  const now = await rig.record("testnet");
  await rig.send(old.process, { Action: "Eval" }, "__AO_DEPLOY = nil");
  const refused = await rig.rollback("testnet", { to: "process", choice: old.process });
  expect(refused).toMatchObject({ failure: { reason: "live-code-differs", live: "undeployed" } });
  expect((await rig.record("testnet")).process).toBe(now.process);
});

test("a process with a history that lies about its settings is foreign", async () => {
  const rig = await openRig();
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const file = rig.file("deployments/testnet.json");
  const lied = (await readFile(file, "utf8")).replaceAll(
    (await rig.record("testnet")).spawnDigest,
    digestOf("lie"),
  );
  await writeFile(file, lied);
  const { process } = await rig.record("testnet");
  expect(await rig.rollback("testnet", { to: "process", choice: process })).toMatchObject({
    failure: { reason: "rollback-process-foreign" },
  });
});

test.each([
  ["code", codeBack, 1, true, 1],
  ["redeploy", { to: "redeploy", choice: { back: 1 } } as const, 1, false, 2],
  ["redeploy", { to: "redeploy", choice: { back: 1 } } as const, 2, true, 2],
])(
  "a rollback to %s that is killed is ended by the same command",
  async (_, way, at, isDelivered, count) => {
    const rig = await openRig();
    await rig.bundle(source(1));
    await rig.deploy("testnet");
    const { codeDigest } = await rig.record("testnet");
    await rig.bundle(source(2));
    await rig.deploy("testnet");
    const dead = await rig.rollback("testnet", way, killed(rig, at, { isDelivered }).effects);
    expect(dead.ok).toBe(false);
    expect(await rig.rollback("testnet", way)).toMatchObject({ ok: true });
    expect(await rig.processes()).toHaveLength(count);
    await rm(rig.file("dist"), { recursive: true });
    expect(await rig.see("testnet")).toMatchObject({ state: "agrees", live: codeDigest });
  },
);

test("on a HyperBEAM node too: verified, promoted, changed by somebody, rolled back", async () => {
  const rig = await openRig(undefined, { mode: "mainnet" });
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  await network.log.reset();
  expect(await rig.see("testnet")).toMatchObject({ state: "agrees", checks: { passed: 2 } });
  expect(await network.log.writes()).toEqual([]);
  expect(await rig.promote()).toMatchObject({ value: { done: [{ state: "done" }] } });
  await rig.bundle(source(2, extra));
  await rig.deploy("testnet");
  await rig.see("testnet");
  expect(await rig.promote()).toMatchObject({ value: { done: [{ state: "done" }] } });
  const { process, owner } = await rig.record("production");
  expect(await rig.rollback("production", codeBack)).toMatchObject({ value: { result: "done" } });
  expect(await rig.ask(process, "Info")).toEqual({ version: 1, visits: 0 });
  expect(await rig.ask(process, "Extra")).not.toBe("extra");
  const text = `${digestOf("x")} ${digestOf("y")}`;
  const patch = `Send({ device = "patch@1.0", ["slipway-live"] = "${text}" })`;
  // The node's own schedule tells who it was, before any gateway knows.
  await network.conditions.set({ indexDelayMs: 3_600_000 });
  try {
    const message = await rig.send(process, { Action: "Eval" }, patch);
    expect(await rig.see("production")).toMatchObject({
      state: "drifted",
      live: digestOf("x"),
      changedBy: [{ message, from: owner }],
    });
  } finally {
    await network.faults.clear();
  }
});

test("another wallet than the owner's asks a node nothing, and no global is told to be absent", async () => {
  const processes = "processes:\n  registry: { source: main.lua, state: [Visits] }\n";
  const rig = await openRig(undefined, { mode: "mainnet", processes });
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  expect(await rig.see("testnet")).toMatchObject({ state: "agrees", checks: { passed: 1 } });
  const other = await network.wallets.open("other");
  const definition = await readFile(rig.file("ao.yml"), "utf8");
  await rig.write("ao.yml", definition.replaceAll(network.wallet, other.file));
  const { owner } = await rig.record("testnet");
  expect(await rig.see("testnet")).toMatchObject({
    state: "unreachable",
    failure: {
      reason: "signer-failed",
      problem: `it is ${other.address}, and the owner is ${owner}`,
    },
  });
});

test("what needs a process that goes back learns its new id, and keeps its own code", async () => {
  const processes = `processes:
  registry: { source: main.lua }
  index: { source: index.lua, needs: [registry] }
`;
  const rig = await openRig(undefined, { processes });
  const index = `Handlers.add("Where", Handlers.utils.hasMatchingTag("Action", "Where"), function(msg)
    ao.send({ Target = msg.From, Data = __AO_DEPLOY.processes.registry })
  end)
  `;
  await rig.write("index.lua", index);
  await rig.bundle(source(1));
  await rig.deploy("testnet");
  const old = await rig.record("testnet");
  const before = await rig.record("testnet", "index");
  await rig.bundle(source(2));
  await rig.deploy("testnet");

  const choice = { back: 1 } as const;
  expect(await rig.rollback("testnet", { to: "redeploy", choice })).toMatchObject({
    failure: { reason: "rollback-process-open", known: ["registry", "index"] },
  });
  const process = "registry";
  const redeployed = await rig.rollback("testnet", { to: "redeploy", choice }, {}, { process });
  expect(redeployed).toMatchObject({ value: { result: "done", followers: ["index"] } });
  const now = await rig.record("testnet");
  expect(await rig.ask(before.process, "Where")).toBe(now.process);
  const back = { to: "process", choice: old.process } as const;
  expect(await rig.rollback("testnet", back, {}, { process })).toMatchObject({
    value: { result: "done", followers: ["index"] },
  });
  expect(await rig.ask(before.process, "Where")).toBe(old.process);
  expect((await rig.record("testnet", "index")).codeDigest).toBe(before.codeDigest);
});
