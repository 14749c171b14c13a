import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let root: string;

const definition = `name: skills
processes:
  registry:
    source: src/registry.lua
    state: [Skills]
    checks:
      - action: Info
        expect: { data: { count: 0 } }
targets:
  local: { mode: legacy, network: local }
`;

const registry = `local counts = require("counts")
Skills = Skills or {}
Handlers.add("Info", "Info", function (msg)
  msg.reply({ Data = require("json").encode({ count = counts.of(Skills) }) })
end)
`;

const counts = `local M = {}
function M.of(all)
  local count = 0
  for _ in pairs(all) do count = count + 1 end
  return count
end
return M
`;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-preflight-"));
  await write("nx.json", "{}");
  await write("skills/ao.yml", definition);
  await write("skills/src/registry.lua", registry);
  await write("skills/src/counts.lua", counts);
});
afterEach(async () => rm(root, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

function preflight(...args: readonly string[]) {
  const words = [program, "ao", "preflight", "skills", ...args];
  return spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
}

const Json = z.looseObject({ schema: z.literal(1) });

test("what the Lua is now is tried, with nothing deployed and no network", () => {
  const { status, stdout } = preflight();
  expect(status).toBe(0);
  expect(stdout.replace(/[0-9a-f]{12}$/m, "<digest>").split("\n")).toEqual([
    "registry  passed    in a new process",
    "          handlers  Info",
    "          globals   Skills (a table of 0 entries)",
    "          checks    1",
    "          state     <digest>",
    "",
  ]);
});

test("an error is told with its file and line, in words and in JSON", async () => {
  await write("skills/src/counts.lua", counts.replace("count + 1", "count + step"));
  await write("skills/src/registry.lua", registry.replace("or {}", "or { one = 1 }"));
  const detail = `src/counts.lua:4: attempt to perform arithmetic on a nil value (global 'step')`;
  const { status, stderr } = preflight();
  expect(status).toBe(1);
  expect(stderr).toContain("the code is not fit to be deployed; nothing was signed");
  expect(stderr).toContain(detail);
  const json = preflight("--json");
  expect(json.status).toBe(1);
  expect(Json.parse(JSON.parse(json.stdout))).toMatchObject({
    processes: [{ process: "registry", verdict: "failed" }],
    failure: {
      reason: "preflight-failed",
      problems: [{ process: "registry", problem: { problem: "check-failed", action: "Info" } }],
    },
  });
});

test("declared state that the code never makes is warned of", async () => {
  await write("skills/ao.yml", definition.replace("[Skills]", "[Skils]"));
  const { status, stdout } = preflight();
  expect(status).toBe(0);
  expect(stdout).toContain("warning   ao.yml declares the state Skils");
});
