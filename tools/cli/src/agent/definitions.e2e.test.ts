import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-definitions-"));
  await write("workspace/nx.json", "{}");
  await mkdir(path.join(root, "home"));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function writeAgent(folder: string, more = ""): Promise<void> {
  const text = `agent_full_name: Agent\nagent_homepage: https://agent.example\n${more}`;
  await write(`${folder}/agent.yml`, text);
  await write(`${folder}/install.sh`, "");
  await write(`${folder}/version.sh`, "");
}

function slipway(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: path.join(root, folder),
    env: { PATH: process.env["PATH"], HOME: path.join(root, "home") },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const Json = z.looseObject({ schema: z.literal(1) });
const said = (text: string) => Json.parse(JSON.parse(text));

test("agents are listed with where they come from, and a broken one beside the others", async () => {
  await writeAgent("workspace/codex", "base_exclude: [node]\n");
  await writeAgent("home/.aicage-custom/agents/mine");
  await write("workspace/bases/debian/base.yml", "");
  const { status, stdout } = slipway("workspace", "agent", "list");
  expect({ status, lines: stdout.split("\n") }).toEqual({
    status: 0,
    lines: [
      "kind   name    from       what it is",
      "agent  codex   workspace  on no base",
      "agent  mine    user       on no base",
      "base   debian  workspace  broken: slipway agent validate says why",
      "",
    ],
  });
  expect(said(slipway("workspace", "agent", "list", "--json").stdout)).toMatchObject({
    agents: [
      { name: "codex", state: "sound" },
      { name: "mine", place: "user" },
    ],
    bases: [{ name: "debian", state: "broken" }],
  });
});

test("every problem has its line, and the exit code says that there are some", async () => {
  await writeAgent("workspace/codex");
  expect(slipway("workspace", "agent", "validate")).toMatchObject({
    status: 0,
    stdout: "1 definition, no problem\n",
  });
  await writeAgent("workspace/codex", "base_exlude: [node]\n");
  expect(slipway("workspace", "agent", "validate")).toEqual({
    status: 1,
    stdout:
      'codex/agent.yml:3:1 Unrecognized key: "base_exlude"; did you mean base_exclude?\n1 definition, 1 problem in 1 file\n',
    stderr: "",
  });
  const json = slipway("workspace", "agent", "validate", "codex", "--json");
  expect(json.status).toBe(1);
  expect(said(json.stdout)).toMatchObject({ definitions: 1, problems: [{ line: 3, column: 1 }] });
  expect(slipway("home", "agent", "validate", "../workspace/codex").status).toBe(1);
  expect(slipway("home", "agent", "validate", "nowhere").status).toBe(1);
  expect(slipway("home", "agent", "validate", "a", "b").status).toBe(2);
});

test("a release of one workspace is the packaged set of who trusts its signer", async () => {
  await writeAgent("workspace/codex");
  const out = path.join(root, "out");
  expect(slipway("workspace", "agent", "release").status).toBe(2);
  expect(slipway("workspace", "agent", "release", "--out", out).status).toBe(1);
  expect(slipway("workspace", "smoke", "keys", "init").status).toBe(0);
  const released = slipway("workspace", "agent", "release", "--out", out, "--json");
  expect(said(released.stdout)).toMatchObject({ cause: "release-written", facts: { folder: out } });
  const refused = slipway("home", "agent", "use", out, "--json");
  expect(refused.status).toBe(1);
  expect(said(refused.stdout)).toMatchObject({ failure: { reason: "release-unsigned" } });
  expect(slipway("workspace", "agent", "use", out).status).toBe(0);
  expect(slipway("home", "agent", "list").stdout).toContain("agent  codex  packaged");
  expect(slipway("home", "agent", "use", out, "--allow-unsigned").status).toBe(0);
});
