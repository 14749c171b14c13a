import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import type { RunningNetwork } from "@slipway/ao-network";
import { takeLock } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleProcess } from "./bundle-process.ts";
import { deployProcess } from "./deploy.ts";
import type { ProcessesFailure } from "./failure.ts";
import type { AoNetwork } from "./network.ts";
import { openAoNetwork } from "./open-network.ts";
import type { Effects } from "./settle.ts";
import type { TaskContext } from "./task.ts";
import { verifyProcess } from "./verify.ts";
import { readWallet } from "./wallet.ts";

const example = path.resolve(import.meta.dirname, "../../../examples/skills-registry");
const project = "skills-registry";
const options = { deployTarget: "local" };

type Facts = Readonly<Record<string, string | number>>;
type Seen = { readonly said: string; readonly facts: Facts; readonly failure?: ProcessesFailure };

/** A workspace with the example in it and a network of its own, as a developer has them. */
class Rig implements AsyncDisposable {
  readonly #root: string;
  network: RunningNetwork;

  constructor(root: string, network: RunningNetwork) {
    this.#root = root;
    this.network = network;
  }

  static async setup(): Promise<Rig> {
    const root = await mkdtemp(path.join(os.tmpdir(), "ao-deploy-"));
    await cp(example, path.join(root, project), {
      recursive: true,
      filter: (file) => path.basename(file) !== "dist",
    });
    const rig = new Rig(root, await startNetwork(path.join(root, ".slipway/ao-network")));
    await rig.bundle();
    return rig;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network.stop();
    await rm(this.#root, { recursive: true });
  }

  path(...parts: readonly string[]): string {
    return path.join(this.#root, ...parts);
  }

  task(signal = new AbortController().signal): TaskContext & { readonly asked: string[] } {
    const asked: string[] = [];
    const answers = new Map<string, unknown>();
    return {
      workspaceRoot: this.#root,
      projectRoot: project,
      projectName: project,
      signal,
      asked,
      once: async <Value>(question: string, ask: () => Promise<Value>) => {
        if (!answers.has(question)) answers.set(question, await ask());
        return answers.get(question) as Value;
      },
      counted: (_world, question) => asked.push(question),
    };
  }

  async bundle(): Promise<void> {
    const bundled = await bundleProcess(this.task());
    if (!bundled.ok) throw new Error(JSON.stringify(bundled.failure));
  }

  deploy(effects: Effects = {}, task: TaskContext = this.task()): Promise<Seen> {
    return deployProcess(task, options, effects).then(seen);
  }

  verify(task: TaskContext = this.task()): Promise<Seen> {
    return verifyProcess(task, options).then(seen);
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const absolute = this.path(project, file);
    await writeFile(absolute, change(await readFile(absolute, "utf8")));
    await this.bundle();
  }

  async restart(): Promise<void> {
    await this.network.stop();
    await rm(this.path(".slipway/ao-network"), { recursive: true });
    this.network = await startNetwork(this.path(".slipway/ao-network"));
  }

  async record(): Promise<Readonly<Record<string, unknown>>> {
    const text = await readFile(this.path(".slipway/ao", project, "local.json"), "utf8");
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** The requests that the units themselves counted during `act`, except of `/log`. */
  async requests(act: () => Promise<unknown>): Promise<unknown> {
    await fetch(`${this.network.mu}/log/reset`, { method: "POST" });
    await act();
    const log = (await (await fetch(`${this.network.mu}/log`)).json()) as Record<string, object>;
    return Object.fromEntries(
      Object.entries(log).filter(([, kinds]) => Object.keys(kinds).length > 0),
    );
  }

  async client(walletFile = this.network.wallet): Promise<AoNetwork> {
    const wallet = await readWallet({ file: walletFile }, "/", {});
    if (!wallet.ok) throw new Error(wallet.failure.reason);
    const { signal } = new AbortController();
    return openAoNetwork(this.network, wallet.value, { signal, counted: () => undefined });
  }

  async processes(): Promise<readonly string[]> {
    const client = await this.client();
    const found = await client.processesTagged([{ name: "Deploy-Project", value: project }]);
    return found.ok ? found.value : [];
  }

  async ask(action: string, tags: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { process } = await this.record();
    const named = Object.entries({ Action: action, ...tags }).map(([name, value]) => ({
      name,
      value,
    }));
    const answer = await (await this.client()).dryRun(String(process), { tags: named });
    return JSON.parse(answer.ok ? (answer.value.replies[0]?.data ?? "") : "null");
  }

  async send(tags: Readonly<Record<string, string>>, data = " "): Promise<void> {
    const { process } = await this.record();
    const client = await this.client();
    const named = Object.entries(tags).map(([name, value]) => ({ name, value }));
    const sent = await client.send(String(process), { data, tags: named }, async () => undefined);
    if (!sent.ok) throw new Error(sent.failure.reason);
    await client.result(String(process), sent.value);
  }
}

function seen(result: Awaited<ReturnType<typeof deployProcess>>): Seen {
  return result.ok
    ? { said: `${result.value.state} ${result.value.cause}`, facts: result.value.facts }
    : { said: result.failure.reason, facts: {}, failure: result.failure };
}

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.setup();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

const addStats = (text: string): string =>
  `${text}\nHandlers.add("Stats", action_is("Stats"), function(msg) reply(msg, "Stats", { count = count() }) end)\n`;

test("deployed once, the second run asks one question and writes nothing; both commands together ask it once", async () => {
  const first = await rig.deploy();
  expect(first.said).toBe("done first-deployment");
  expect(await rig.requests(() => rig.deploy())).toEqual({ cu: { "dry-run": 1 } });
  expect((await rig.deploy()).said).toBe("unchanged live-code-agrees");
  const command = rig.task();
  expect((await rig.deploy({}, command)).said).toBe("unchanged live-code-agrees");
  expect(await rig.verify(command)).toMatchObject({
    said: "unchanged live-code-and-checks-agree",
    facts: { process: first.facts["process"], checks: 2 },
  });
  // One reading of the live digest for both, and one dry-run a check.
  expect(command.asked).toEqual([
    "POST cu /dry-run Eval",
    "POST cu /dry-run Info",
    "POST cu /dry-run Search",
  ]);
});

test("while one run deploys a target, another is refused and writes nothing", async () => {
  using _deploying = takeLock(rig.path(".slipway/ao", project, "local.lock"));
  const refused = await rig.requests(async () => {
    expect((await rig.deploy()).said).toBe("ao-deploy-running");
  });
  expect(refused).toEqual({});
});

test("a change of the code is evaluated in the same process, which keeps its state", async () => {
  const first = await rig.deploy();
  await rig.send({ Action: "Register", Name: "pdf", Version: "1", Description: "reads PDF" });
  expect(await rig.ask("Search", { Query: "PDF" })).toMatchObject({ count: 1 });
  await rig.edit("src/registry.lua", addStats);
  const command = rig.task();
  const second = await rig.deploy({}, command);
  expect(second.said).toBe("done code-changed");
  expect(second.facts["process"]).toBe(first.facts["process"]);
  // What was read before the upgrade is not what verify believes after it.
  expect((await rig.verify(command)).said).toBe("unchanged live-code-and-checks-agree");
  expect(await rig.ask("Stats")).toEqual({ count: 1 });
});

test("an emptied network gets a new process, and the record names it", async () => {
  const first = await rig.deploy();
  await rig.restart();
  expect((await rig.verify()).said).toBe("process-gone");
  const second = await rig.deploy();
  expect(second).toMatchObject({
    said: "done process-was-gone",
    facts: { replaced: first.facts["process"] },
  });
  expect(await rig.record()).toMatchObject({ process: second.facts["process"], state: "deployed" });
  expect((await rig.verify()).said).toBe("unchanged live-code-and-checks-agree");
});

test("without its record a process is found again by its owner and tags, and nothing is written", async () => {
  const first = await rig.deploy();
  await rm(rig.path(".slipway/ao"), { recursive: true });
  let second: Seen | undefined;
  const requests = await rig.requests(async () => {
    second = await rig.deploy();
  });
  expect(second).toMatchObject({
    said: "done process-adopted",
    facts: { process: first.facts["process"] },
  });
  expect(requests).toEqual({ cu: { "dry-run": 1 }, gateway: { graphql: 1 } });
});

test.each(["delivered", "not delivered"])(
  "killed while the spawn was sent (%s), the next run ends it with exactly one process",
  async (delivery) => {
    const killing = new AbortController();
    const killed: typeof fetch = async (input, init) => {
      if (init?.method !== "POST" || input !== rig.network.mu) return fetch(input, init);
      if (delivery === "delivered") await fetch(input, init);
      killing.abort();
      throw new Error("killed");
    };
    expect((await rig.deploy({ fetch: killed }, rig.task(killing.signal))).said).toBe("ao-stopped");
    expect((await rig.verify()).said).toBe("ao-record-missing");
    expect((await rig.deploy()).said).toBe("done deployment-resumed");
    expect(await rig.processes()).toEqual([(await rig.record())["process"]]);
    expect((await rig.verify()).said).toBe("unchanged live-code-and-checks-agree");
  },
);

test("an answer that is lost on its way is asked for again with the same bytes", async () => {
  let lost = 0;
  const losing: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method !== "POST" || input !== rig.network.mu || lost === 2) return response;
    lost += 1;
    throw new TypeError("fetch failed", { cause: new Error("ECONNRESET") });
  };
  expect((await rig.deploy({ fetch: losing })).said).toBe("done first-deployment");
  expect(lost).toBe(2);
  expect(await rig.processes()).toHaveLength(1);
});

test("another wallet is refused, and a process of another owner is never called deployed", async () => {
  await rig.deploy();
  const record = await rig.record();
  const { wallet } = rig.network;
  const mine = await readFile(wallet, "utf8");
  await writeFile(wallet, await newWallet());
  const refused = await rig.requests(async () => {
    expect((await rig.deploy()).said).toBe("wallet-not-owner");
  });
  expect(refused).toEqual({ cu: { "dry-run": 1 } });

  // A record that lies about its owner gets as far as an evaluation that aos ignores without an error.
  const other = await rig.client(wallet);
  await writeFile(wallet, mine);
  await rm(rig.path(".slipway/ao"), { recursive: true });
  await writeFile(wallet, await newWallet());
  expect(other.owner).not.toBe(record["owner"]);
  expect((await rig.deploy()).said).toBe("done first-deployment");
  const own = await rig.record();
  const lie = { ...own, process: record["process"] };
  await writeFile(rig.path(".slipway/ao", project, "local.json"), JSON.stringify(lie));
  expect((await rig.deploy()).said).toBe("evaluation-unproven");
});

test("code that fails while it runs is a failure, and the old code is still live", async () => {
  await rig.deploy();
  const before = await readFile(rig.path(project, "src/registry.lua"), "utf8");
  await rig.edit("src/registry.lua", (text) => `${addStats(text)}\nerror("not today")\n`);
  const failed = await rig.deploy();
  expect(failed.failure).toMatchObject({
    reason: "evaluation-failed",
    error: expect.stringContaining("not today") as string,
  });
  expect((await rig.verify()).said).toBe("live-code-differs");
  expect(await rig.ask("Info")).toMatchObject({ name: project });
  await rig.edit("src/registry.lua", () => before);
  expect((await rig.deploy()).said).toBe("unchanged live-code-agrees");
});

test("code that somebody else's evaluation replaced is put back", async () => {
  await rig.deploy();
  await rig.send({ Action: "Eval" }, "__AO_DEPLOY = nil return 1");
  expect((await rig.verify()).said).toBe("live-code-differs");
  expect((await rig.deploy()).said).toBe("done live-code-drifted");
});

test("a check that does not hold is told with what was found", async () => {
  await rig.deploy();
  await rig.edit("ao.yml", (text) => text.replace("count: 0", "count: 7"));
  expect((await rig.verify()).failure).toMatchObject({
    reason: "checks-failed",
    checks: [{ action: "Search", problem: "data.count: expected 7, found 0" }],
  });
});

test("a network that ended, an altered bundle and overriding variables are refused before anything is sent", async () => {
  const bundle = rig.path(project, "dist/ao-bundle/bundle.lua");
  await writeFile(bundle, `${await readFile(bundle, "utf8")}\n`);
  expect((await rig.deploy()).said).toBe("ao-bundle-altered");
  await rig.bundle();
  expect((await rig.deploy({ environment: { MODULE: "x" } })).said).toBe("environment-overrides");
  const addresses = await readFile(rig.path(".slipway/ao-network/network.json"), "utf8");
  await rig.network.stop();
  expect((await rig.deploy()).said).toBe("ao-network-absent");
  await writeFile(rig.path(".slipway/ao-network/network.json"), addresses);
  expect((await rig.deploy()).said).toBe("ao-network-dead");
});

async function newWallet(): Promise<string> {
  const algorithm = {
    name: "RSA-PSS",
    modulusLength: 4096,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return JSON.stringify(await crypto.subtle.exportKey("jwk", privateKey));
}
