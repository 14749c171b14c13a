import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { expect, test } from "vitest";
import { linksDigestOf, sentinelOf } from "../evaluated-text.ts";
import type { UnitFailure } from "../failure.ts";
import type { SignedItem } from "../network/item.ts";
import type { Tag } from "../network/tag.ts";
import { liveIn, liveText } from "../network/live-text.ts";
import type { AoNetwork, Evaluation } from "../network/network.ts";
import { openCodeArchive } from "../record/code-archive.ts";
import { openLedger } from "../record/ledger.ts";
import { agree } from "./deploy.ts";
import type { SpawnSettings } from "./spawn-settings.ts";
import type { WantedProcess } from "./survey.ts";

type Fault = "none" | "lost-request" | "lost-answer" | "result-unknown";

const unreachable: UnitFailure = {
  reason: "unit-unreachable",
  unit: "mu",
  method: "POST",
  url: "http://127.0.0.1:1",
  problem: "reset",
};
const unknown: UnitFailure = {
  reason: "unit-refused",
  unit: "mu",
  method: "POST",
  url: "http://127.0.0.1:2",
  status: 404,
  detail: "{}",
  retryable: false,
};

/** A network in memory. An item's bytes say what it does: its process, for a message, and what it evaluates. */
class FakeNetwork implements AoNetwork {
  readonly mode = "legacy";
  readonly owner = "me";
  fault: Fault = "none";
  /** Of each process what it says of itself; of each item what it evaluated. */
  readonly processes = new Map<string, string>();
  readonly messages = new Map<string, string>();
  readonly #specs = new Map<string, string>();
  readonly #asked: string[] = [];
  readonly #repeatable = new Map<string, Result<SignedItem, never>>();
  #signed = 0;

  /** What was asked since the last time. */
  asked(): readonly string[] {
    return this.#asked.splice(0);
  }

  runs(process: string, code: string, links = {}): void {
    this.processes.set(process, liveText(digestOf(`${code}\n`), linksDigestOf(links)));
  }

  readonly signSpawn: AoNetwork["signSpawn"] = async (_made, { tags }, how) => {
    const before = this.#repeatable.get(JSON.stringify(tags));
    const signed =
      how?.isRepeatable === true ? (before ?? this.#sign("", tags)) : this.#sign("", tags);
    if (how?.isRepeatable === true) this.#repeatable.set(JSON.stringify(tags), signed);
    return signed;
  };
  readonly signMessage: AoNetwork["signMessage"] = async (process, { tags }) =>
    this.#sign(process, tags);
  readonly spawnBytes = () => 0;
  readonly messageBytes = () => 0;

  #sign(process: string, tags: readonly Tag[]): Result<SignedItem, never> {
    const id = `item-${(this.#signed += 1)}`;
    return ok({ id, raw: Buffer.from(JSON.stringify({ process, tags })) });
  }

  readonly post: AoNetwork["post"] = async (_process, item) => {
    if (this.fault === "lost-request") return fail(unreachable);
    const { id } = item;
    this.#asked.push(`post ${id}`);
    const { process, tags } = JSON.parse(Buffer.from(item.raw).toString()) as {
      process: string;
      tags: readonly Tag[];
    };
    const tag = (name: string) => tags.find((each) => each.name === name)?.value;
    const code = tag("Deploy-Code");
    const says = code === undefined ? "undeployed" : liveText(code, tag("Deploy-Links") ?? "");
    if (process !== "" && !this.processes.has(process)) return fail(unknown);
    if (process === "") this.#specs.set(id, tag("Deploy-Spec") ?? "");
    this.processes.set(process === "" ? id : process, says);
    if (code !== undefined) this.messages.set(id, code);
    return this.fault === "lost-answer" ? fail(unreachable) : ok(undefined);
  };

  readonly find: AoNetwork["find"] = async (process, item) => {
    const has = item === process ? this.processes.has(process) : this.messages.has(item);
    return ok(has ? item : undefined);
  };
  readonly result: AoNetwork["result"] = async (_process, message) =>
    this.fault === "result-unknown"
      ? fail({ ...unknown, unit: "cu", method: "GET" })
      : ok(said(`slipway:${this.messages.get(message)}`));
  readonly itemsTagged: AoNetwork["itemsTagged"] = async (tags) => {
    this.#asked.push("search");
    const specs = tags.find(({ name }) => name === "Deploy-Spec")?.values ?? [];
    const found = [...this.processes.keys()].toReversed().map((id) => {
      const spec = this.#specs.get(id) ?? "";
      return { id, tags: [{ name: "Deploy-Spec", value: spec }], recipient: "", at: undefined };
    });
    return ok(found.filter((each) => specs.includes(each.tags[0]?.value ?? "")));
  };
  readonly evaluationsIn: AoNetwork["evaluationsIn"] = async () => ok({ items: [], isEnded: true });
  readonly itemTagsOf: AoNetwork["itemTagsOf"] = async () =>
    ok([
      { name: "Data-Protocol", value: "ao" },
      { name: "Type", value: "Module" },
    ]);
  readonly itemData: AoNetwork["itemData"] = async () => ok(undefined);
  readonly scheduledSince: AoNetwork["scheduledSince"] = async () => ok([]);
  readonly dryRun: AoNetwork["dryRun"] = async () => ok(said(""));

  readonly live: AoNetwork["live"] = async (process) => {
    this.#asked.push("live");
    const says = this.processes.get(process);
    return ok(says === undefined ? "gone" : liveIn(says));
  };
}

function said(output: string): Evaluation {
  return { error: undefined, output, replies: [] };
}

function settingsOf(process: string, onBoot: boolean): SpawnSettings {
  return {
    mode: "legacy",
    made: { module: "m", scheduler: "s", authority: "a" },
    owner: "me",
    project: "project",
    deployTarget: "local",
    process,
    name: process,
    tags: {},
    cron: undefined,
    onBoot,
  };
}

type Wish = {
  readonly code?: string;
  readonly needs?: readonly string[];
  readonly onBoot?: boolean;
};

function goalOf(name: string, { code = "code", needs = [], onBoot = false }: Wish): WantedProcess {
  const text = `${code}\n`;
  const settings = settingsOf(name, onBoot);
  return { name, settings, code: text, codeDigest: digestOf(text), handlers: [], needs, onBoot };
}

type Strategy = "in-place" | "immutable";

type Rig = AsyncDisposable & {
  readonly network: FakeNetwork;
  readonly files: () => Promise<readonly string[]>;
  readonly forget: () => Promise<void>;
  /** The state and cause of each, or the reason of the failure. */
  readonly runAll: (
    wishes: Readonly<Record<string, Wish>>,
    strategy?: Strategy,
  ) => Promise<string | Readonly<Record<string, string>>>;
  readonly run: (code?: string, strategy?: Strategy) => Promise<string>;
  readonly history: (name: string) => Promise<readonly string[]>;
  /** The id of each recorded process. */
  readonly ids: () => Promise<Readonly<Record<string, string>>>;
};

async function setup(): Promise<Rig> {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-deployment-"));
  const network = new FakeNetwork();
  const project = { projectRoot: "project", project: "project", deployTarget: "local" };
  const ledger = openLedger({ workspaceRoot, ...project, isLocal: true });
  const archive = openCodeArchive(workspaceRoot, "project");
  const folder = path.join(workspaceRoot, ".slipway/ao/project");
  const { signal } = new AbortController();
  const commit = async () => undefined;
  const now = () => new Date(0);
  const tryFirst = async () => ok(undefined);
  const run = { network, ledger, archive, signal, commit, now, tryFirst };
  const runAll: Rig["runAll"] = async (wishes, strategy = "in-place") => {
    const goals = Object.entries(wishes).map(([name, wish]) => goalOf(name, wish));
    const result = await agree(run, { goals, strategy }, (_question, ask) => ask());
    if (!result.ok) return result.failure.reason;
    return Object.fromEntries(
      result.value.map(({ name, state, cause }) => [name, `${state} ${cause}`]),
    );
  };
  const processes = async () => {
    const read = await ledger.read();
    return read.ok ? read.value.processes : {};
  };
  return {
    network,
    files: async () => (await readdir(folder)).filter((name) => name !== "code"),
    forget: () => rm(folder, { recursive: true }),
    runAll,
    run: async (code = "code", strategy = "in-place") => {
      const told = await runAll({ main: { code } }, strategy);
      return typeof told === "string" ? told : (told["main"] ?? "");
    },
    history: async (name) => ((await processes())[name]?.history ?? []).map(({ did }) => did),
    ids: async () =>
      Object.fromEntries(
        Object.entries(await processes()).map(([name, { process }]) => [name, process]),
      ),
    [Symbol.asyncDispose]: () => rm(workspaceRoot, { recursive: true }),
  };
}

test("the first run spawns and evaluates, the second asks one question", async () => {
  await using rig = await setup();
  expect(await rig.run()).toBe("done first-deployment");
  expect(rig.network.asked()).toEqual(["search", "post item-1", "post item-2", "live"]);
  expect(await rig.run()).toBe("unchanged live-code-agrees");
  expect(rig.network.asked()).toEqual(["live"]);
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

test("an evaluation that the compute unit does not know yet is asked for again, and never sent again", async () => {
  await using rig = await setup();
  rig.network.fault = "result-unknown";
  expect(await rig.run()).toBe("unit-refused");
  expect(await rig.run()).toBe("unit-refused");
  expect(await rig.files()).toEqual(["local.json", "local.pending.json"]);
  rig.network.fault = "none";
  expect(await rig.run()).toBe("done deployment-resumed");
  expect([...rig.network.messages.keys()]).toEqual(["item-2"]);
});

test("an unsent evaluation of code that nobody wants any more is never sent", async () => {
  await using rig = await setup();
  await rig.run("old code");
  rig.network.fault = "lost-request";
  await rig.run("new code");
  rig.network.fault = "none";
  expect(await rig.run("newest code")).toBe("done code-changed");
  expect([...rig.network.messages.values()]).not.toContain(digestOf("new code\n"));
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
  expect(rig.network.asked()).toEqual(["search", "live"]);
  await rig.forget();
  expect(await rig.run("other code")).toBe("done process-adopted");
  expect([...rig.network.messages.values()].at(-1)).toBe(digestOf("other code\n"));
  expect(await rig.history("main")).toEqual(["adopted", "evaluated"]);
});

test("a process that runs other code than was deployed is put right", async () => {
  await using rig = await setup();
  await rig.run();
  rig.network.runs("item-1", "somebody's code");
  expect(await rig.run()).toBe("done live-code-drifted");
  expect(rig.network.messages.size).toBe(2);
  expect(await rig.run()).toBe("unchanged live-code-agrees");
});

test("the sentinel is what the bundle returns", () => {
  expect(sentinelOf(digestOf("code"))).toBe(`slipway:${digestOf("code")}`);
});

test("processes that need each other are spawned first, and know their ids when their code runs", async () => {
  await using rig = await setup();
  const ring = { a: { needs: ["b"] }, b: { needs: ["a"] } };
  expect(await rig.runAll(ring)).toEqual({
    a: "done first-deployment",
    b: "done first-deployment",
  });
  const { a = "", b = "" } = await rig.ids();
  const links = [linksDigestOf({ b }), linksDigestOf({ a })];
  const says = [a, b].map((id) => rig.network.processes.get(id)?.split(" ")[1]);
  expect(says).toEqual(links);
  expect(await rig.runAll(ring)).toEqual({
    a: "unchanged live-code-agrees",
    b: "unchanged live-code-agrees",
  });
});

test("a process that becomes another one has those evaluated again that need it", async () => {
  await using rig = await setup();
  const all = { index: {}, registry: { needs: ["index"] }, other: {} };
  await rig.runAll(all);
  const before = await rig.ids();
  rig.network.processes.delete(before["index"] ?? "");
  expect(await rig.runAll(all)).toEqual({
    index: "done process-was-gone",
    registry: "done links-changed",
    other: "unchanged live-code-agrees",
  });
  expect((await rig.ids())["registry"]).toBe(before["registry"]);
});

test("immutable: other code is another process, and so is one that needs it", async () => {
  await using rig = await setup();
  const all = (code: string) => ({ index: { code }, registry: { needs: ["index"] }, other: {} });
  await rig.runAll(all("old"), "immutable");
  const before = await rig.ids();
  expect(await rig.runAll(all("new"), "immutable")).toEqual({
    index: "done code-changed",
    registry: "done links-changed",
    other: "unchanged live-code-agrees",
  });
  const after = await rig.ids();
  expect(after["index"]).not.toBe(before["index"]);
  expect(after["registry"]).not.toBe(before["registry"]);
  expect(rig.network.processes.get(before["index"] ?? "")).toContain(digestOf("old\n"));
  expect(await rig.runAll(all("new"), "immutable")).toMatchObject({
    index: "unchanged live-code-agrees",
    registry: "unchanged live-code-agrees",
  });
});

test("a process that runs its code when it is spawned is one item", async () => {
  await using rig = await setup();
  expect(await rig.runAll({ main: { onBoot: true } })).toEqual({ main: "done first-deployment" });
  expect(rig.network.asked()).toEqual(["search", "post item-1", "live"]);
  expect(await rig.history("main")).toEqual(["spawned", "evaluated"]);
  expect(await rig.runAll({ main: { onBoot: true, code: "more" } })).toEqual({
    main: "done code-changed",
  });
});

test("twenty at once are twenty processes, each journalled and recorded", async () => {
  await using rig = await setup();
  const all = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`p${at}`, {}]));
  await rig.runAll(all);
  expect(rig.network.processes.size).toBe(20);
  expect(new Set(Object.values(await rig.ids())).size).toBe(20);
  expect(await rig.files()).toEqual(["local.json"]);
});
