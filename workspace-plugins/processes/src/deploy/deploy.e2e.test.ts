import { copyFile, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunningNetwork } from "@slipway/ao-network";
import { takeLock } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, openTestNetwork, openWorkspace, processesOf, send } from "../../test/workspace.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { Mode } from "../network/network.ts";
import type { ProcessRecord } from "../record/record.ts";
import { recoverRecord, writeRecovered } from "../record/recover.ts";
import type { Recovery } from "../record/recover.ts";
import type { TaskContext } from "../task.ts";
import { verifyProcess } from "../verify/verify.ts";
import { applyPlan, planProject } from "./apply.ts";
import { deployProcess } from "./deploy.ts";
import type { Plan } from "./plan.ts";
import type { Effects } from "./settle.ts";

const source = `local json = require("json")
Skills = Skills or {}
local function action_is(name) return function(msg) return msg.Action == name end end
local function reply(msg, action, data)
  msg.reply({ Action = action .. "-Response", Data = json.encode(data) })
end
Handlers.add("Info", action_is("Info"), function(msg) reply(msg, "Info", { name = "skills" }) end)
Handlers.add("Register", action_is("Register"), function(msg)
  Skills[#Skills + 1] = msg.Tags.Skill
  reply(msg, "Register", { count = #Skills })
end)
Handlers.add("Search", action_is("Search"), function(msg) reply(msg, "Search", { count = #Skills }) end)
`;
const addStats = (text: string): string =>
  `${text}Handlers.add("Stats", action_is("Stats"), function(msg) reply(msg, "Stats", { count = #Skills }) end)\n`;

const definition = `name: skills
processes:
  registry:
    source: src/registry.lua
    checks:
      - { action: Info, expect: { tags: { Action: Info-Response }, data: { name: skills } } }
      - { action: Search, expect: { data: { count: 0 } } }
targets:
  legacy: { mode: legacy, network: local }
  mainnet: { mode: mainnet, network: local }
`;

type Facts = Readonly<Record<string, string | number>>;
type Seen = { readonly said: string; readonly facts: Facts; readonly failure?: ProcessesFailure };

/** A workspace with the project, deployed to one mode of the network that all share. */
async function openRig(mode: Mode = "legacy") {
  const workspace = await openWorkspace(network);
  const { project } = workspace;
  /** Of one command: what is asked once is, and told. */
  const task = (signal?: AbortSignal) => {
    const asked: string[] = [];
    const answers = new Map<string, unknown>();
    const once: TaskContext["once"] = async <Value>(
      question: string,
      answer: () => Promise<Value>,
    ) => {
      if (!answers.has(question)) answers.set(question, await answer());
      return answers.get(question) as Value;
    };
    const counted: TaskContext["counted"] = (_world, question) => asked.push(question);
    return { ...workspace.task(signal), once, counted, asked };
  };
  const client = () => workspace.client(mode);
  const record = () => workspace.record(mode);
  const registry = async (): Promise<ProcessRecord> => {
    const recorded = (await record())["registry"];
    if (recorded === undefined) throw new Error("not recorded");
    return recorded;
  };
  await workspace.write({ "ao.yml": definition, "src/registry.lua": source });
  return {
    ...workspace,
    task,
    client,
    record,
    registry,
    deploy: async (effects: Effects = {}, asTask: TaskContext = task()): Promise<Seen> =>
      seen(await deployProcess(asTask, { deployTarget: mode }, effects)),
    verify: async (asTask: TaskContext = task()): Promise<Seen> =>
      seen(await verifyProcess(asTask, { deployTarget: mode })),
    /** The requests that the units themselves counted during `act`. */
    requests: async (act: () => Promise<unknown>): Promise<unknown> => {
      await network.log.reset();
      await act();
      const counts = Object.entries(await network.log.counts());
      return Object.fromEntries(counts.filter(([, kinds]) => Object.keys(kinds).length > 0));
    },
    processes: async () => (await processesOf(network, project)).map(({ id }) => id),
    ask: async (action: string) => ask(await client(), (await registry()).process, action),
    send: async (action: string, data = "", tags: Readonly<Record<string, string>> = {}) =>
      send(await client(), (await registry()).process, { Action: action, ...tags }, data),
  };
}

function seen(result: Awaited<ReturnType<typeof deployProcess>>): Seen {
  return result.ok
    ? { said: `${result.value.state} ${result.value.cause}`, facts: result.value.facts }
    : { said: result.failure.reason, facts: {}, failure: result.failure };
}

let network: RunningNetwork;
beforeAll(async () => {
  network = await openTestNetwork();
});
afterAll(() => network[Symbol.asyncDispose]());

const modes = ["legacy", "mainnet"] as const;

test.each(modes)(
  "%s: deployed once, the second run asks one question and writes nothing; both commands together ask it once",
  async (mode) => {
    await using rig = await openRig(mode);
    const first = await rig.deploy();
    expect(first.said).toBe("done first-deployment");
    const oneQuestion = { legacy: { cu: { "dry-run": 1 } }, mainnet: { node: { state: 1 } } };
    expect(await rig.requests(() => rig.deploy())).toEqual(oneQuestion[mode]);
    expect((await rig.deploy()).said).toBe("unchanged live-code-agrees");
    const command = rig.task();
    expect((await rig.deploy({}, command)).said).toBe("unchanged live-code-agrees");
    expect(await rig.verify(command)).toMatchObject({
      said: "unchanged live-code-and-checks-agree",
      facts: { process: first.facts["process"], checks: 2 },
    });
    // One reading of the live digest for both, and one dry-run a check.
    expect(command.asked).toHaveLength(3);
  },
);

test("while one run deploys a target, another is refused and writes nothing", async () => {
  await using rig = await openRig();
  using _deploying = takeLock(rig.own("legacy.lock"));
  const refused = await rig.requests(async () => {
    expect((await rig.deploy()).said).toBe("ao-deploy-running");
  });
  expect(refused).toEqual({});
});

test.each(modes)(
  "%s: other code is evaluated in the same process, which keeps its state; handlers that go with it are gone",
  async (mode) => {
    await using rig = await openRig(mode);
    const first = await rig.deploy();
    await rig.send("Register", "", { Skill: "pdf" });
    expect(await rig.ask("Search")).toEqual({ count: 1 });
    await rig.edit("src/registry.lua", addStats);
    await rig.edit("ao.yml", (text) => text.replace("count: 0", "count: 1"));
    const command = rig.task();
    const second = await rig.deploy({}, command);
    expect(second.said).toBe("done code-changed");
    expect(second.facts["process"]).toBe(first.facts["process"]);
    // What was read before the upgrade is not what verify believes after it.
    expect((await rig.verify(command)).said).toBe("unchanged live-code-and-checks-agree");
    expect(await rig.ask("Stats")).toEqual({ count: 1 });
    await rig.write({ "src/registry.lua": source });
    expect((await rig.deploy()).said).toBe("done code-changed");
    expect(await rig.ask("Stats")).toBeUndefined();
    expect((await rig.registry()).history.map(({ did }) => did)).toEqual([
      "spawned",
      "evaluated",
      "evaluated",
      "evaluated",
    ]);
  },
);

test("a handler that only the process remembers goes too", async () => {
  await using rig = await openRig();
  await rig.edit("src/registry.lua", addStats);
  await rig.deploy();
  expect(await rig.ask("Stats")).toEqual({ count: 0 });
  await rm(rig.own("legacy.json"));
  await rig.write({ "src/registry.lua": source });
  expect((await rig.deploy()).said).toBe("done process-adopted");
  expect(await rig.ask("Stats")).toBeUndefined();
  expect(await rig.ask("Info")).toEqual({ name: "skills" });
});

test.each(modes)(
  "%s: without its record a process is found again, and nothing is written",
  async (mode) => {
    await using rig = await openRig(mode);
    const first = await rig.deploy();
    await rm(rig.own(), { recursive: true });
    let second: Seen | undefined;
    const requests = await rig.requests(async () => {
      second = await rig.deploy();
    });
    expect(second).toMatchObject({
      said: "done process-adopted",
      facts: { process: first.facts["process"] },
    });
    const oneQuestion = { legacy: { cu: { "dry-run": 1 } }, mainnet: { node: { state: 1 } } };
    expect(requests).toEqual({ gateway: { graphql: 1 }, ...oneQuestion[mode] });
  },
);

test.each(
  modes.flatMap((mode) =>
    ["delivered", "not delivered"].map((delivery) => [mode, delivery] as const),
  ),
)(
  "%s: killed while the spawn was sent (%s), the next run ends it with exactly one process",
  async (mode, delivery) => {
    await using rig = await openRig(mode);
    const killing = new AbortController();
    const killed: typeof fetch = async (input, init) => {
      if (!isWrite(init)) return fetch(input, init);
      if (delivery === "delivered") await fetch(input, init);
      killing.abort();
      throw new Error("killed");
    };
    expect((await rig.deploy({ fetch: killed }, rig.task(killing.signal))).said).toBe("ao-stopped");
    expect((await rig.verify()).said).toBe("ao-record-missing");
    expect((await rig.deploy()).said).toBe("done deployment-resumed");
    expect(await rig.processes()).toEqual([(await rig.registry()).process]);
    expect((await rig.verify()).said).toBe("unchanged live-code-and-checks-agree");
  },
);

test.each(modes)(
  "%s: an answer that is lost on its way is asked for again with the same bytes",
  async (mode) => {
    await using rig = await openRig(mode);
    const attempts = new Map<string, number>();
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!isWrite(init)) return response;
      const bytes = Buffer.from(await new Response(init?.body).arrayBuffer()).toString("base64");
      const attempt = (attempts.get(bytes) ?? 0) + 1;
      attempts.set(bytes, attempt);
      if (attempt === 3) return response;
      throw new TypeError("fetch failed", { cause: new Error("ECONNRESET") });
    };
    expect((await rig.deploy({ fetch: losing })).said).toBe("done first-deployment");
    expect([...attempts.values()].every((count) => count === 3)).toBe(true);
    expect(attempts.size).toBeGreaterThan(1);
    expect(await rig.processes()).toHaveLength(1);
  },
);

test("another wallet is refused, and a process of another owner is never called deployed", async () => {
  await using rig = await openRig();
  await rig.deploy();
  const record = await rig.registry();
  const stranger = await network.wallets.open("stranger");
  await copyFile(stranger.file, rig.path(".slipway/ao-network/wallet.json"));
  const refused = await rig.requests(async () => {
    expect((await rig.deploy()).said).toBe("wallet-not-owner");
  });
  expect(refused).toEqual({ cu: { "dry-run": 1 } });

  // A record that lies about its owner gets as far as an evaluation that aos ignores without an error.
  await rm(rig.own(), { recursive: true });
  expect((await rig.deploy()).said).toBe("done first-deployment");
  const own = await rig.registry();
  expect(own.owner).not.toBe(record.owner);
  await rig.edit("src/registry.lua", addStats);
  const lie = { version: 2, processes: { registry: { ...own, process: record.process } } };
  await writeFile(rig.own("legacy.json"), JSON.stringify(lie));
  expect((await rig.deploy()).said).toBe("evaluation-unproven");
});

test.each(modes)(
  "%s: code that fails while it runs is a failure, and the old code is still live",
  async (mode) => {
    await using rig = await openRig(mode);
    await rig.deploy();
    await rig.edit("src/registry.lua", (text) => `${addStats(text)}\nerror("not today")\n`);
    const failed = await rig.deploy();
    expect(failed.failure).toMatchObject({
      reason: "evaluation-failed",
      error: expect.stringContaining("not today") as string,
    });
    expect((await rig.verify()).said).toBe("live-code-differs");
    expect(await rig.ask("Info")).toEqual({ name: "skills" });
    await rig.write({ "src/registry.lua": source });
    expect((await rig.deploy()).said).toBe("unchanged live-code-agrees");
  },
);

test("code that somebody else's evaluation replaced is put back", async () => {
  await using rig = await openRig();
  await rig.deploy();
  await rig.send("Eval", "__AO_DEPLOY = nil return 1");
  expect((await rig.verify()).said).toBe("live-code-differs");
  expect((await rig.deploy()).said).toBe("done live-code-drifted");
});

test("a check that does not hold is told with what was found", async () => {
  await using rig = await openRig();
  await rig.deploy();
  await rig.edit("ao.yml", (text) => text.replace("count: 0", "count: 7"));
  expect((await rig.verify()).failure).toMatchObject({
    reason: "checks-failed",
    checks: [{ action: "Search", problem: "data.count: expected 7, found 0" }],
  });
});

test("an altered bundle and a wallet that others may read are refused before anything is sent", async () => {
  await using rig = await openRig();
  const project = path.basename(rig.own());
  const bundle = rig.path(project, "dist/ao-bundle/registry/bundle.lua");
  await writeFile(bundle, `${await readFile(bundle, "utf8")}\n`);
  expect((await rig.deploy()).said).toBe("ao-bundle-altered");
  await rig.write({});
  const wallet = rig.path(".slipway/ao-network/wallet.json");
  await rm(wallet);
  await writeFile(wallet, await readFile(network.wallet), { mode: 0o640 });
  expect((await rig.deploy()).said).toBe("wallet-exposed");
  expect((await stat(wallet)).mode & 0o777).toBe(0o640);
});

const many = (count: number): string => `name: many
processes:
${Array.from({ length: count }, (_, at) => `  p${at}: { source: src/small.lua, needs: [p${(at + 1) % count}] }`).join("\n")}
targets:
  legacy: { mode: legacy, network: local }
  mainnet: { mode: mainnet, network: local }
`;

test.each([["legacy", 20] as const, ["mainnet", 4] as const])(
  "%s: %i processes in a ring, with one wallet at once: each is there once, and knows the next",
  async (mode, count) => {
    await using rig = await openRig(mode);
    await rig.write({
      "ao.yml": many(count),
      "src/small.lua":
        'Handlers.add("Next", function(msg) return msg.Action == "Next" end, function(msg) for name, id in pairs(__AO_DEPLOY.processes) do msg.reply({ Data = name .. " " .. id }) end end)\n',
    });
    expect((await rig.deploy()).said).toBe("done first-deployment");
    const record = await rig.record();
    expect(await rig.processes()).toHaveLength(count);
    const ids = new Map(Object.entries(record).map(([name, { process: id }]) => [name, id]));
    expect(new Set(ids.values()).size).toBe(count);
    const client = await rig.client();
    const tags = [{ name: "Action", value: "Next" }];
    const answer = await client.dryRun(ids.get("p1") ?? "", { tags });
    expect(answer.ok && answer.value.replies[0]?.data).toBe(`p2 ${ids.get("p2")}`);
  },
);

test.each(modes)(
  "%s: code that goes with the spawn is one item, and an upgrade is one more",
  async (mode) => {
    await using rig = await openRig(mode);
    await rig.edit("ao.yml", (text) =>
      text.replace(
        "source:",
        "on_boot: true\n    cron: { interval: 5-minutes, tags: { Action: Cron } }\n    source:",
      ),
    );
    const sent: string[] = [];
    const counting: typeof fetch = async (input, init) => {
      if (isWrite(init)) sent.push("item");
      return fetch(input, init);
    };
    expect((await rig.deploy({ fetch: counting })).said).toBe("done first-deployment");
    expect(sent).toHaveLength(1);
    expect(await rig.ask("Info")).toEqual({ name: "skills" });
    const { process: id } = await rig.registry();
    const tags = await (await rig.client()).itemTagsOf(id);
    expect(tags.ok && tags.value).toEqual(
      expect.arrayContaining([
        { name: "On-Boot", value: "Data" },
        { name: "Cron-Interval", value: "5-minutes" },
        { name: "Cron-Tag-Action", value: "Cron" },
      ]),
    );
    await rig.edit("src/registry.lua", addStats);
    expect((await rig.deploy({ fetch: counting })).said).toBe("done code-changed");
    expect(sent).toHaveLength(2);
  },
);

test("an emptied network gets a new process, and the record names it; one that ended is told", async () => {
  await using own = await openTestNetwork();
  await using rig = await openRig();
  const first = await rig.deploy();
  await rig.join(own);
  expect((await rig.verify()).said).toBe("process-gone");
  const second = await rig.deploy();
  expect(second).toMatchObject({
    facts: { replaced: first.facts["process"] },
  });
  expect(await rig.registry()).toMatchObject({
    process: second.facts["process"],
    state: "deployed",
  });
  expect((await rig.verify()).said).toBe("unchanged live-code-and-checks-agree");
  const addresses = rig.path(".slipway/ao-network/network.json");
  await writeFile(addresses, JSON.stringify({ ...own, pid: 2 ** 22 }));
  expect((await rig.deploy()).said).toBe("ao-network-dead");
  await rm(addresses);
  expect((await rig.deploy()).said).toBe("ao-network-absent");
});

/** Signed items are the only bodies that are not text. */
function isWrite(init: RequestInit | undefined): boolean {
  return init?.body instanceof Uint8Array;
}

test.each(modes)(
  "%s: a plan reads and says what would be signed, to the byte; applied it does that, and stale it does nothing",
  async (mode) => {
    await using rig = await openRig(mode);
    const sizes: number[] = [];
    const weighing: typeof fetch = async (input, init) => {
      if (init?.body instanceof Uint8Array) sizes.push(init.body.byteLength);
      return fetch(input, init);
    };
    const plan = async (): Promise<Plan> => {
      const planned = await planProject(rig.task(), { deployTarget: mode }, { fetch: weighing });
      if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
      return planned.value;
    };
    const apply = (planned: Plan) => applyPlan(rig.task(), planned, { fetch: weighing }).then(seen);

    const first = await plan();
    expect(sizes).toEqual([]);
    expect(first.processes).toMatchObject([
      { step: "spawn", cause: "first-deployment", live: "none", items: [{ kind: "spawn" }, {}] },
    ]);
    expect((await apply(first)).said).toBe("done first-deployment");
    expect(sizes).toEqual(first.processes.flatMap(({ items }) => items.map(({ bytes }) => bytes)));
    expect((await apply(first)).failure).toMatchObject({
      reason: "plan-stale",
      moved: ["the record", "what registry runs"],
    });

    await rig.edit("src/registry.lua", addStats);
    const second = await plan();
    expect(second.processes).toMatchObject([
      {
        step: "evaluate",
        cause: "code-changed",
        code: { handlers: { added: ["Stats"], removed: [] }, modules: { changed: [] } },
        items: [{ kind: "evaluation" }],
      },
    ]);
    await rig.edit("src/registry.lua", addStats);
    expect((await apply(second)).failure).toMatchObject({ moved: ["the code of registry"] });
    await rig.write({ "src/registry.lua": addStats(source) });
    await rig.send(
      "Eval",
      '__AO_DEPLOY = nil Send({ device = "patch@1.0", ["slipway-live"] = "x" })',
    );
    expect((await apply(second)).failure).toMatchObject({ moved: ["what registry runs"] });
    expect(sizes).toHaveLength(2);
    expect((await apply(await plan())).said).toBe("done code-changed");
    expect((await plan()).processes).toMatchObject([{ step: "nothing", items: [] }]);
  },
);

test("a plan tells settings that make another process, before and after", async () => {
  await using rig = await openRig();
  await rig.deploy();
  await rig.edit("ao.yml", (text) =>
    text.replace("source:", "tags: { Colour: red }\n    name: other\n    source:"),
  );
  const planned = await planProject(rig.task(), { deployTarget: "legacy" });
  expect(planned).toMatchObject({
    value: {
      processes: [
        {
          step: "spawn",
          cause: "spawn-settings-changed",
          settings: [
            { setting: "Colour", after: "red" },
            { setting: "Name", before: "registry", after: "other" },
          ],
        },
      ],
    },
  });
});

test("a module that nobody knows is refused before anything is signed", async () => {
  await using rig = await openRig();
  await rig.edit("ao.yml", (text) =>
    text.replace("source:", `module: ${"A".repeat(43)}\n    source:`),
  );
  const requests = await rig.requests(async () => {
    expect((await rig.deploy()).failure).toMatchObject({ reason: "module-unknown" });
  });
  expect(requests).toEqual({ gateway: { graphql: 2 } });
});

test.each(modes)(
  "%s: the record is rebuilt from the network alone, and compared with the one here",
  async (mode) => {
    await using rig = await openRig(mode);
    const recover = async (): Promise<Recovery> => {
      const recovered = await recoverRecord(rig.task(), { deployTarget: mode });
      if (!recovered.ok) throw new Error(JSON.stringify(recovered.failure));
      return recovered.value;
    };
    await rig.deploy();
    await rig.edit("src/registry.lua", addStats);
    await rig.deploy();
    const { history, ...deployed } = await rig.registry();
    expect(await recover()).toMatchObject({
      differences: [],
      record: { processes: { registry: { ...deployed, history } } },
    });
    await rm(rig.own(), { recursive: true });
    const alone = await recover();
    expect(alone).toMatchObject({
      record: { processes: { registry: deployed } },
      differences: [
        { about: "process" },
        { about: "settings" },
        { about: "code" },
        { about: "links" },
      ],
    });
    const told = alone.record.processes["registry"]?.history.map(({ did, message }) => [
      did,
      message,
    ]);
    expect(told).toEqual(history.map(({ did, message }) => [did, message]));
    await writeRecovered(rig.task(), alone);
    expect((await rig.deploy()).said).toBe("unchanged live-code-agrees");
  },
);
