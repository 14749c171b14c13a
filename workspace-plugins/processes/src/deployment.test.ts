import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { expect, test } from "vitest";
import { sentinelOf } from "./bundle.ts";
import { agree } from "./deploy.ts";
import type { Deployment } from "./deployment.ts";
import type { UnitFailure } from "./failure.ts";
import type { AoNetwork, Evaluation, Keep } from "./network.ts";
import { openLedger } from "./record.ts";
import { spawnDigestOf } from "./spawn-settings.ts";
import type { SpawnSettings } from "./spawn-settings.ts";

type Fault = "none" | "lost-request" | "lost-answer";

const unreachable: UnitFailure = {
  reason: "unit-unreachable",
  unit: "mu",
  method: "POST",
  url: "http://127.0.0.1:1",
  problem: "reset",
};
const unknown: UnitFailure = {
  reason: "unit-refused",
  unit: "cu",
  method: "POST",
  url: "http://127.0.0.1:2",
  status: 404,
  detail: "{}",
  retryable: false,
};

/** A network in memory. An item's bytes say what it does: `spawn`, or `<process> <code digest>`. */
class FakeNetwork implements AoNetwork {
  readonly owner = "me";
  fault: Fault = "none";
  readonly processes = new Map<string, string>();
  readonly messages = new Map<string, string>();
  readonly #asked: string[] = [];
  #signed = 0;

  /** What was asked since the last time. */
  asked(): readonly string[] {
    return this.#asked.splice(0);
  }

  readonly spawn: AoNetwork["spawn"] = async (_tags, keep) => this.#sign("spawn", keep);
  readonly send: AoNetwork["send"] = async (process, { tags }, keep) =>
    this.#sign(`${process} ${tags.find(({ name }) => name === "Deploy-Code")?.value}`, keep);

  async #sign(content: string, keep: Keep): Promise<Result<string, UnitFailure>> {
    const item = { id: `item-${(this.#signed += 1)}`, raw: Buffer.from(content) };
    await keep(item);
    if (this.fault === "lost-request") return fail(unreachable);
    const posted = await this.post(item);
    if (!posted.ok) return posted;
    return this.fault === "lost-answer" ? fail(unreachable) : ok(item.id);
  }

  readonly post: AoNetwork["post"] = async ({ id, raw }) => {
    this.#asked.push(`post ${id}`);
    const [process = "", codeDigest] = Buffer.from(raw).toString().split(" ");
    if (codeDigest === undefined) {
      this.processes.set(id, "undeployed");
      return ok(undefined);
    }
    if (!this.processes.has(process)) return fail(unknown);
    this.processes.set(process, codeDigest);
    this.messages.set(id, codeDigest);
    return ok(undefined);
  };

  readonly isProcessKnown: AoNetwork["isProcessKnown"] = async (process) =>
    ok(this.processes.has(process));
  readonly isAssigned: AoNetwork["isAssigned"] = async (_process, message) =>
    ok(this.messages.has(message));
  readonly result: AoNetwork["result"] = async (_process, message) =>
    ok(said(`slipway:${this.messages.get(message)}`));
  readonly processesTagged: AoNetwork["processesTagged"] = async () => {
    this.#asked.push("search");
    return ok([...this.processes.keys()].toReversed());
  };

  readonly dryRun: AoNetwork["dryRun"] = async (process) => {
    this.#asked.push("dry-run");
    const live = this.processes.get(process);
    return live === undefined ? fail(unknown) : ok(said(`slipway-live:${live}`));
  };
}

function said(output: string): Evaluation {
  return { error: undefined, output, replies: [] };
}

const site = { mu: "", su: "", cu: "", gateway: "", module: "m", scheduler: "s", authority: "a" };
const settings: SpawnSettings = {
  mode: "legacy",
  site,
  owner: "me",
  project: "project",
  deployTarget: "local",
  name: "name",
  tags: {},
};

type Rig = AsyncDisposable & {
  readonly network: FakeNetwork;
  readonly files: () => Promise<readonly string[]>;
  readonly forget: () => Promise<void>;
  /** The state and cause, or the reason of the failure. */
  readonly run: (code?: string) => Promise<string>;
};

async function setup(): Promise<Rig> {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-deployment-"));
  const network = new FakeNetwork();
  const ledger = openLedger(workspaceRoot, "project", "local");
  const folder = path.join(workspaceRoot, ".slipway/ao/project");
  return {
    network,
    files: () => readdir(folder),
    forget: () => rm(folder, { recursive: true }),
    run: async (code = "code") => {
      const codeDigest = digestOf(code);
      const wanted = { owner: "me", spawnDigest: spawnDigestOf(settings), codeDigest };
      const { signal } = new AbortController();
      const deployment: Deployment = { network, ledger, settings, wanted, code, signal };
      const result = await agree(deployment, (_question, ask) => ask());
      return result.ok ? `${result.value.state} ${result.value.cause}` : result.failure.reason;
    },
    [Symbol.asyncDispose]: () => rm(workspaceRoot, { recursive: true }),
  };
}

test("the first run spawns and evaluates, the second asks one question", async () => {
  await using rig = await setup();
  expect(await rig.run()).toBe("done first-deployment");
  expect(rig.network.asked()).toEqual(["search", "post item-1", "post item-2", "dry-run"]);
  expect(await rig.run()).toBe("unchanged live-code-agrees");
  expect(rig.network.asked()).toEqual(["dry-run"]);
  expect(await rig.files()).toEqual(["local.json"]);
});

test.each(["lost-request", "lost-answer"] as const)(
  "a spawn with a %s is ended by the next run with the same item",
  async (fault) => {
    await using rig = await setup();
    rig.network.fault = fault;
    expect(await rig.run()).toBe("unit-unreachable");
    expect(await rig.files()).toEqual(["local.pending.json"]);
    rig.network.fault = "none";
    expect(await rig.run()).toBe("done deployment-resumed");
    expect([...rig.network.processes.keys()]).toEqual(["item-1"]);
    expect(await rig.files()).toEqual(["local.json"]);
  },
);

test.each(["lost-request", "lost-answer"] as const)(
  "an upgrade with a %s is ended by the next run with the same item",
  async (fault) => {
    await using rig = await setup();
    await rig.run("old code");
    rig.network.fault = fault;
    expect(await rig.run("new code")).toBe("unit-unreachable");
    rig.network.fault = "none";
    expect(await rig.run("new code")).toBe("done deployment-resumed");
    expect([...rig.network.messages.keys()]).toEqual(["item-2", "item-3"]);
    expect(await rig.files()).toEqual(["local.json"]);
  },
);

test("an unsent evaluation of code that nobody wants any more is never sent", async () => {
  await using rig = await setup();
  await rig.run("old code");
  rig.network.fault = "lost-request";
  await rig.run("new code");
  rig.network.fault = "none";
  expect(await rig.run("newest code")).toBe("done code-changed");
  expect([...rig.network.messages.values()]).not.toContain(digestOf("new code"));
});

test("an unsent evaluation for a process that is gone gives way to a new process", async () => {
  await using rig = await setup();
  await rig.run("old code");
  rig.network.fault = "lost-request";
  await rig.run("new code");
  rig.network.fault = "none";
  rig.network.processes.clear();
  expect(await rig.run("new code")).toBe("done process-was-gone");
  expect(rig.network.processes.size).toBe(1);
});

test("a process whose record was lost is adopted, with an evaluation only when its code differs", async () => {
  await using rig = await setup();
  await rig.run();
  await rig.forget();
  rig.network.asked();
  expect(await rig.run()).toBe("done process-adopted");
  expect(rig.network.asked()).toEqual(["search", "dry-run"]);
  await rig.forget();
  expect(await rig.run("other code")).toBe("done process-adopted");
  expect([...rig.network.processes]).toEqual([["item-1", digestOf("other code")]]);
});

test("a process that runs other code than was deployed is put right", async () => {
  await using rig = await setup();
  await rig.run();
  rig.network.processes.set("item-1", digestOf("somebody's code"));
  expect(await rig.run()).toBe("done live-code-drifted");
  expect(rig.network.processes.get("item-1")).toBe(digestOf("code"));
});

test("the sentinel is what the bundle returns", () => {
  expect(sentinelOf(digestOf("code"))).toBe(`slipway:${digestOf("code")}`);
});
