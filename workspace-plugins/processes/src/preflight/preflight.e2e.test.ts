import { digestOf } from "@slipway/signature";
import { describe, expect, test } from "vitest";
import { evaluatedText, sentinelOf } from "../evaluated-text.ts";
import type { Candidate, UpgradeFrom } from "./candidate.ts";
import type { Change } from "./changes.ts";
import { idOfText } from "./machine.ts";
import { judgePreflight, preflight } from "./preflight.ts";
import type { PreflightReport, ProcessReport } from "./report.ts";

const identity = {
  id: idOfText("a process"),
  owner: idOfText("an owner"),
  module: idOfText("a module"),
  tags: [
    { name: "Data-Protocol", value: "ao" },
    { name: "Type", value: "Process" },
    { name: "Name", value: "trial" },
  ],
};

const booting = { ...identity, tags: [...identity.tags, { name: "On-Boot", value: "Data" }] };

function codeOf(lua: string): Pick<Candidate, "text" | "sentinel"> {
  const codeDigest = digestOf(lua);
  const whole = { mode: "legacy", code: `${lua}\n`, codeDigest } as const;
  const text = evaluatedText({ ...whole, links: {}, handlers: [], earlier: [] });
  return { text, sentinel: sentinelOf(codeDigest) };
}

function candidate(lua: string, more: Partial<Candidate> = {}): Candidate {
  const usual = { process: "registry", identity, onBoot: false, state: [], checks: [] };
  return { ...usual, ...codeOf(lua), ...more };
}

const quiet = { signal: new AbortController().signal, progress: () => undefined };

async function reportOf(
  candidates: readonly Candidate[],
  more: { readonly timeoutMs?: number } = {},
): Promise<PreflightReport> {
  const report = await preflight(candidates, { ...quiet, ...more });
  if (!report.ok) throw new Error(JSON.stringify(report.failure));
  return report.value;
}

type Evaluated = Extract<ProcessReport, { readonly stateDigest: string }>;

async function evaluated(one: Candidate): Promise<Evaluated> {
  const [report] = (await reportOf([one])).processes;
  if (report === undefined || !("changes" in report)) {
    throw new Error(JSON.stringify(report));
  }
  return report;
}

async function problemsOf(one: Candidate, timeoutMs = 60_000): Promise<ProcessReport["problems"]> {
  const report = await reportOf([one], { timeoutMs });
  expect(judgePreflight(report, { acceptStateLoss: true }).ok).toBe(false);
  return report.processes.flatMap(({ problems }) => problems);
}

const registry = `
Skills = Skills or {}
Count = Count or 0
Label = "skills"
local hidden = {}
Handlers.add("Info", "Info", function (msg)
  local data = { name = Name, id = ao.id, owner = Owner, count = Count }
  msg.reply({ Action = "Info-Response", Data = require("json").encode(data) })
end)
Handlers.add("Register", "Register", function (msg)
  Skills[msg.Skill] = { at = msg.Timestamp }
  Count = Count + 1
end)
`;

const register = (skill: string) => ({
  data: "",
  tags: Object.entries({ Action: "Register", Skill: skill }).map(([name, value]) => ({
    name,
    value,
  })),
});

describe("a new process", () => {
  test("is told by its handlers, its globals by kind and size, and a digest of its memory", async () => {
    const report = await evaluated(candidate(registry));
    expect(report).toMatchObject({
      basis: "fresh",
      verdict: "passed",
      handlers: { before: [], after: ["Info", "Register"] },
      globals: [
        { name: "Count", kind: "number" },
        { name: "Label", kind: "string", size: 6 },
        { name: "Skills", kind: "table", size: 0 },
      ],
      changes: [],
    });
    expect((await evaluated(candidate(registry))).stateDigest).toBe(report.stateDigest);
    const other = await evaluated(candidate(registry.replace('"skills"', '"Skills"')));
    expect(other.stateDigest).not.toBe(report.stateDigest);
  });

  test("that takes its code at boot ends with the same handlers and globals", async () => {
    const sent = await evaluated(candidate(registry));
    const booted = await evaluated(candidate(registry, { onBoot: true, identity: booting }));
    expect(booted.handlers).toEqual(sent.handlers);
    expect(booted.globals).toEqual(sent.globals);
  });

  test("knows the identity that the deployment would give it, and answers its checks by it", async () => {
    const { id, owner } = identity;
    const info = { action: "Info", tags: {}, expect: { data: { name: "trial", id, owner } } };
    const passed = await evaluated(candidate(registry, { checks: [info] }));
    expect(passed).toMatchObject({ verdict: "passed", checks: 1 });
    const wrong = { ...info, expect: { data: { count: 1 } } };
    expect(await problemsOf(candidate(registry, { checks: [info, wrong] }))).toEqual([
      {
        problem: "check-failed",
        action: "Info",
        detail: "data.count: expected 1, found 0",
      },
    ]);
  });

  test("leaves nothing in the next one: each has a memory of its own", async () => {
    const second = candidate('Seen = Skills == nil and "nothing" or "all"', { process: "second" });
    const alone = await evaluated(second);
    const report = await reportOf([candidate(registry), second]);
    expect(report.processes.map(({ process }) => process)).toEqual(["registry", "second"]);
    expect(report.processes[1]).toEqual(alone);
    expect(alone.globals).toEqual([{ name: "Seen", kind: "string", size: 7 }]);
  });
});

test("code that needs modules of another module of the network is not judged here", async () => {
  const report = await reportOf([candidate('require("lsqlite3")', { external: ["lsqlite3"] })]);
  expect(report.processes).toEqual([
    {
      process: "registry",
      basis: "none",
      verdict: "not-tried",
      problems: [],
      external: ["lsqlite3"],
    },
  ]);
  expect(judgePreflight(report, { acceptStateLoss: false }).ok).toBe(true);
});

describe("code that is not fit", () => {
  test("fails with what Lua says, without the places of aos", async () => {
    const nameLine = (line: number) => `line ${line}`;
    const failing = candidate("print('begun')\nSkills.x = 1", { nameLine });
    expect(await problemsOf(failing)).toEqual([
      {
        problem: "code-failed",
        error: `line 3: attempt to index a nil value (global 'Skills')`,
      },
    ]);
  });

  test("that does not end is given up and the next process tried", async () => {
    const endless = candidate("while true do end");
    const next = candidate("X = 1", { process: "next" });
    const report = await reportOf([endless, next], { timeoutMs: 6000 });
    expect(report.processes[0]?.problems).toEqual([{ problem: "code-endless", timeoutMs: 6000 }]);
    expect(report.processes[1]?.verdict).toBe("passed");
  });

  test("that returns before its end is unproven", async () => {
    const [problem] = await problemsOf(candidate("do return 5 end"));
    expect(problem).toMatchObject({ problem: "code-unproven" });
  });

  test("whose handler fails in a check is told with that check", async () => {
    const broken = registry.replace("local data = {", "local data = Missing.x, {");
    const info = { action: "Info", tags: {}, expect: { tags: { Action: "Info-Response" } } };
    const [problem] = await problemsOf(candidate(broken, { checks: [info] }));
    expect(problem).toMatchObject({ problem: "check-failed", action: "Info" });
    expect(JSON.stringify(problem)).toContain("attempt to index a nil value (global 'Missing')");
  });

  test("is given up at once when somebody stops the preflight", async () => {
    const stop = new AbortController();
    const running = preflight([candidate("while true do end")], {
      signal: stop.signal,
      progress: () => setImmediate(() => stop.abort()),
    });
    expect(await running).toEqual({ ok: false, failure: { reason: "preflight-stopped" } });
  });
});

describe("an upgrade", () => {
  const upgrade: UpgradeFrom = {
    from: "earlier-code",
    ...codeOf(registry),
    messages: [register("search"), register("list")],
  };

  async function changesBy(lua: string, state: readonly string[]): Promise<readonly Change[]> {
    return (await evaluated(candidate(lua, { state, upgrade }))).changes;
  }

  test("that keeps what the process holds has nothing to be warned of", async () => {
    expect(await changesBy(registry, ["Skills", "Count"])).toEqual([]);
  });

  test("that begins declared state again is refused by name, and let through when that is accepted", async () => {
    const lua = registry.replace("Skills or {}", "{}").replace("Count or 0", "0");
    const report = await reportOf([candidate(lua, { state: ["Skills", "Count"], upgrade })]);
    const losses = [
      {
        change: "state-reset",
        name: "Skills",
        before: { kind: "table", size: 4 },
        after: { kind: "table", size: 0 },
        lost: ["list", "search"],
      },
      {
        change: "state-reset",
        name: "Count",
        before: { kind: "number" },
        after: { kind: "number" },
        lost: [],
      },
    ].map((change) => ({ process: "registry", change }));
    expect(judgePreflight(report, { acceptStateLoss: false })).toEqual({
      ok: false,
      failure: { reason: "preflight-state-lost", losses },
    });
    expect(judgePreflight(report, { acceptStateLoss: true }).ok).toBe(true);
  });

  test("that empties what nobody declared is warned of and goes through", async () => {
    const lua = registry.replace("Skills or {}", "{}");
    const report = await reportOf([candidate(lua, { upgrade })]);
    expect(report.processes[0]).toMatchObject({
      changes: [{ change: "table-emptied", name: "Skills", before: { kind: "table", size: 4 } }],
    });
    expect(judgePreflight(report, { acceptStateLoss: false }).ok).toBe(true);
  });

  test("that removes a handler is told which", async () => {
    const lua = `${registry}\nHandlers.remove("Register")`;
    expect(await changesBy(lua, ["Skills"])).toEqual([
      { change: "handler-gone", name: "Register" },
    ]);
  });

  test("runs its checks on the state that the process holds", async () => {
    const info = { action: "Info", tags: {}, expect: { data: { count: 2 } } };
    const report = await evaluated(candidate(registry, { checks: [info], upgrade }));
    expect(report.verdict).toBe("passed");
  });
});
