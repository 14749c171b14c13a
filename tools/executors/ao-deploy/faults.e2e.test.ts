import type { ConditionsOptions, FaultOptions, RunningNetwork } from "@slipway/ao-network";
import { deployProcess, verifyProcess } from "@slipway/processes";
import { openTestNetwork, openWorkspace, processesOf } from "@slipway/processes/test-workspace";
import { describeFailure } from "@slipway/report";
import { afterAll, beforeAll, expect, test } from "vitest";

type Mode = "legacy" | "mainnet";
type Text = { readonly what: string; readonly facts: object; readonly hint?: string | undefined };

const code =
  'Handlers.add("Info", function(msg) return msg.Action == "Info" end, function(msg) msg.reply({ Data = "v1" }) end)\n';
const definition = (mode: Mode): string => `name: small
processes:
  small:
    source: small.lua
    checks: [{ action: Info, expect: { data: v1 } }]
targets:
  ${mode}: { mode: ${mode}, network: local, preflight: "off" }
`;
const effects = {
  environment: {},
  limits: { requestMs: 1500, retryMs: [1], busyMs: 150 },
};

let network: RunningNetwork;
beforeAll(async () => {
  network = await openTestNetwork();
});
afterAll(() => network[Symbol.asyncDispose]());

/** A workspace with one project; faults of its network end with it. */
async function openProject(mode: Mode) {
  const workspace = await openWorkspace(network);
  const write = async (lua: string): Promise<void> =>
    workspace.write({ "ao.yml": definition(mode), "small.lua": lua });
  await write(code);
  /** The words of its failure, or the cause of what was done. */
  const toldOf = (ran: Awaited<ReturnType<typeof deployProcess>>): Text | string =>
    ran.ok ? ran.value.cause : describeFailure(ran.failure);
  return {
    write,
    deploy: async (signal?: AbortSignal, world = effects) =>
      toldOf(await deployProcess(workspace.task(signal), { deployTarget: mode }, world)),
    verify: async () =>
      toldOf(await verifyProcess(workspace.task(), { deployTarget: mode }, effects)),
    processes: async () => (await processesOf(network, workspace.project)).length,
    [Symbol.asyncDispose]: async () => {
      await network.faults.clear();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

const again = "run the target again: nothing is sent twice";
const later = "run the target again later: nothing is sent twice";

type Row = {
  readonly row: string;
  readonly mode: Mode;
  readonly faults: readonly FaultOptions[];
  readonly what: string;
  /** Of the unit, without its origin. */
  readonly request: RegExp;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly hint: string;
};

const place = {
  legacy: { unit: "mu", kind: "item" },
  mainnet: { unit: "node", kind: "spawn" },
} as const;
const taker = { legacy: "the message unit", mainnet: "the HyperBEAM node" };
const posted = { legacy: /^POST http:\S+\d\/?$/, mainnet: /^POST http:\S+\/push$/ };

/** Faults of the unit that takes items, in both modes. */
function rowsOf(mode: Mode): readonly Row[] {
  const common = { mode, request: posted[mode] };
  return [
    {
      ...common,
      row: "MU refused or reset",
      faults: [{ ...place[mode], fault: "reset", count: 2 }],
      what: `${taker[mode]} did not answer`,
      hint: again,
    },
    {
      ...common,
      row: "MU 500",
      faults: [{ ...place[mode], fault: "status", status: 500, error: "broken", count: 2 }],
      what: `${taker[mode]} refused`,
      facts: { status: 500, answer: '{"error":"broken"}' },
      hint: later,
    },
    {
      ...common,
      row: "read-only or not on the list (1.4)",
      faults: [{ ...place[mode], fault: "status", status: 403, error: "Access denied" }],
      what: `${taker[mode]} refused`,
      facts: { status: 403, answer: '{"error":"Access denied"}' },
      hint: "it does not serve this process or this machine: ask who runs it, or name another in ao.yml",
    },
    {
      ...common,
      row: "a unit that never answers",
      faults: [{ ...place[mode], fault: "hang", count: 2 }],
      what: `${taker[mode]} did not answer`,
      facts: { problem: "no answer in 1500 ms" },
      hint: again,
    },
  ];
}

const computed = { mode: "legacy", request: /^GET http:\S+\/result\/\S+$/ } as const;
const computeRows: readonly Row[] = [
  {
    ...computed,
    row: "CU HTML",
    faults: [{ unit: "cu", kind: "result", fault: "html", status: 200, count: 2 }],
    what: "the compute unit answered with something that is not JSON",
    facts: { status: 200 },
    hint: "a proxy may stand before it; see whether the address is the unit's own",
  },
  ...[429, 500].map((status) => ({
    ...computed,
    row: `CU ${status} JSON`,
    faults: [{ unit: "cu", kind: "result", fault: "status", status, count: 2 } as const],
    what: "the compute unit refused",
    facts: { status },
    hint: later,
  })),
  {
    ...computed,
    row: "CU 404 JSON",
    faults: [{ unit: "cu", kind: "result", fault: "status", status: 404 }],
    what: "the compute unit refused",
    facts: { status: 404 },
    hint: "to send the same again would not help: the answer says why",
  },
];

/** A unit that takes the question and never answers, at each step of a deployment. */
const hanging: readonly (readonly [Mode, string, string, RegExp, string])[] = [
  ["legacy", "gateway", "graphql", /^POST http:\S+\/graphql$/, "the gateway"],
  ["legacy", "su", "process", /^GET http:\S+\/processes\/\S+$/, "the scheduler unit"],
  ["legacy", "su", "message", /^GET http:\S+\?process-id=\S+$/, "the scheduler unit"],
  ["legacy", "cu", "result", /^GET http:\S+\/result\/\S+$/, "the compute unit"],
  ["legacy", "cu", "dry-run", /^POST http:\S+\/dry-run\?\S+$/, "the compute unit"],
  ["mainnet", "gateway", "graphql", /^POST http:\S+\/graphql$/, "the gateway"],
  ["mainnet", "node", "message", /^POST http:\S+~process@1\.0\/push$/, "the HyperBEAM node"],
  ["mainnet", "node", "result", /^GET http:\S+\/compute\/results=\d+$/, "the HyperBEAM node"],
  ["mainnet", "node", "state", /^GET http:\S+\/now\/\S+$/, "the HyperBEAM node"],
];
const hangingRows: readonly Row[] = hanging.map(([mode, unit, kind, request, name]) => ({
  row: `no answer: ${unit} ${kind}`,
  mode,
  faults: [faultOf(unit, kind, 2)],
  what: `${name} did not answer`,
  request,
  facts: { problem: "no answer in 1500 ms" },
  hint: again,
}));

function faultOf(unit: string, kind: string, count: number): FaultOptions {
  return { unit, kind, fault: "hang", count } as FaultOptions;
}

const nodeRows: readonly Row[] = (["spawn", "message"] as const).map((kind) => ({
  row: `node HTML: ${kind}`,
  mode: "mainnet",
  faults: [{ unit: "node", kind, fault: "html", status: 200, count: 2 }],
  what: "the HyperBEAM node answered with something that is not JSON",
  request: /^POST http:\S+\/push$/,
  facts: { status: 200 },
  hint: "a proxy may stand before it; see whether the address is the unit's own",
}));

const rows = [
  ...rowsOf("legacy"),
  ...rowsOf("mainnet"),
  ...computeRows,
  ...hangingRows,
  ...nodeRows,
];

test.each(rows)(
  "$row, $mode: told by unit, address, status and what to do; the next run ends it with one process",
  async ({ mode, faults, what, request, facts = {}, hint }) => {
    await using project = await openProject(mode);
    await network.faults.add(...faults);
    const told = await project.deploy();
    expect(told).toMatchObject({
      what,
      facts: { request: expect.stringMatching(request) as string, ...facts },
      hint,
    });
    expect(await network.faults.waiting()).toEqual([]);
    expect(await project.deploy()).toMatch(/deployment-resumed|first-deployment/);
    expect(await project.processes()).toBe(1);
    expect(await project.verify()).toBe("live-code-and-checks-agree");
  },
);

test.each(hanging)(
  "%s: stopped while %s is asked (%s): it ends at once, and the next run ends what was begun",
  async (mode, unit, kind) => {
    await using project = await openProject(mode);
    await network.faults.add(faultOf(unit, kind, 1));
    const stopping = new AbortController();
    // Nothing but the stop ends the request within the time of this test.
    const patient = { ...effects, limits: { ...effects.limits, requestMs: 3_600_000 } };
    const ended = project.deploy(stopping.signal, patient);
    await expect.poll(() => network.faults.waiting()).toEqual([]);
    stopping.abort();
    expect(await ended).toMatchObject({
      what: "stopped before the deployment was proven",
      hint: "run the target again: it goes on where this run ended",
    });
    await network.faults.clear();
    expect(await project.deploy()).toMatch(/deployment-resumed|first-deployment/);
    expect(await project.processes()).toBe(1);
  },
);

test("accepted, never assigned, for good: told, and ended by a run when the unit is well", async () => {
  await using project = await openProject("legacy");
  await network.conditions.set({ acceptNoAssign: 100 });
  expect(await project.deploy()).toMatchObject({
    what: "the network accepted an item and never put it anywhere",
    facts: { item: expect.stringMatching(/^[\w-]{43}$/) as string },
    hint: "run the target again: the same item is sent, not a second one",
  });
  await network.conditions.set({ acceptNoAssign: 0 });
  expect(await project.deploy()).toBe("deployment-resumed");
  expect(await project.processes()).toBe(1);
});

const unharmed: readonly (readonly [string, Mode, readonly FaultOptions[], ConditionsOptions])[] = [
  ["answer lost", "legacy", [{ ...place.legacy, fault: "lost-response" }], {}],
  ["answer lost", "mainnet", [{ ...place.mainnet, fault: "lost-response" }], {}],
  [
    "answer lost, and sent again at a slot of its own",
    "mainnet",
    [{ unit: "node", kind: "message", fault: "lost-response" }],
    { repeatTakesSlot: true },
  ],
  ["accepted, never assigned", "legacy", [], { acceptNoAssign: 1 }],
  ["accepted, never assigned", "mainnet", [], { acceptNoAssign: 1 }],
  ["CU HTML once", "legacy", [{ unit: "cu", kind: "result", fault: "html" }], {}],
  ["CU busy 202", "legacy", [], { busyMs: 100 }],
];

test.each(unharmed)(
  "%s, %s: the run ends it, with one process",
  async (_row, mode, faults, conditions) => {
    await using project = await openProject(mode);
    await network.faults.add(...faults);
    await network.conditions.set(conditions);
    expect(await project.deploy()).toBe("first-deployment");
    expect(await project.processes()).toBe(1);
    expect(await project.verify()).toBe("live-code-and-checks-agree");
  },
);

test("CU busy 202 for longer than its time: told", async () => {
  await using project = await openProject("legacy");
  await network.conditions.set({ busyMs: 5000 });
  expect(await project.deploy()).toMatchObject({
    what: "the compute unit was busy all the time",
    facts: { request: expect.stringContaining("/result/") as string },
    hint: later,
  });
});

test.each(["legacy", "mainnet"] as const)(
  "%s: Eval runtime error: told, and the code before it is live",
  async (mode) => {
    await using project = await openProject(mode);
    await project.deploy();
    await project.write(`${code}error("not today")\n`);
    expect(await project.deploy()).toMatchObject({
      what: "the code failed in its process, which keeps the code it had",
      facts: { error: expect.stringContaining("not today") as string },
      hint: "correct the code and run the target again",
    });
    await project.write(code);
    expect(await project.deploy()).toBe("live-code-agrees");
  },
);

test("stale dry-run: an upgrade is verified by a new answer", async () => {
  await using project = await openProject("legacy");
  await network.conditions.set({ staleDryRunMs: 60_000 });
  await project.deploy();
  await project.verify();
  await project.write(`${code}Later = true\n`);
  expect(await project.deploy()).toBe("code-changed");
  expect(await project.verify()).toBe("live-code-and-checks-agree");
});

test("big source: an item over the unit's limit is told with its status", async () => {
  await using project = await openProject("legacy");
  await project.deploy();
  await project.write(`${code}Text = [[${"x".repeat(9000)}]]\n`);
  await network.conditions.set({ itemLimitBytes: 8000 });
  expect(await project.deploy()).toMatchObject({
    what: "the message unit refused",
    facts: { status: 413 },
    hint: "it takes smaller items only: set bundle.minify in ao.yml, or name another",
  });
});
