import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRig } from "../../skills-registry/test/rig.ts";
import type { Rig } from "../../skills-registry/test/rig.ts";

const run = promisify(execFile);

let rig: Rig;
let folder: string;

beforeAll(async () => {
  rig = await openRig();
  await rig.sendAll(
    "registry",
    ["beta", "alpha", "gamma"].map((name) => ({
      Action: "Register",
      Name: name,
      Version: "1.0.0",
      Description: `skill ${name}`,
    })),
  );
  folder = await mkdtemp(path.join(os.tmpdir(), "skills-client-"));
  await cp(path.join(import.meta.dirname, "../skills.cjs"), path.join(folder, "skills.cjs"));
  await writeFile(path.join(folder, "process-ids.json"), JSON.stringify(rig.ids));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rig[Symbol.asyncDispose]();
});

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

async function skills(words: readonly string[], url?: string): Promise<Ended> {
  const address = url === undefined ? [] : ["--url", url];
  try {
    const args = [path.join(folder, "skills.cjs"), ...words, ...address];
    return { code: 0, ...(await run(process.execPath, args, { env: {} })) };
  } catch (error) {
    return error as Ended;
  }
}

test("a registry is asked at a compute unit and at a HyperBEAM node, and says the same", async () => {
  const expected =
    "alpha\t1.0.0\tskill alpha\nbeta\t1.0.0\tskill beta\n2 of 3; more with --offset 2\n";
  const list = ["list", "--limit", "2"];
  expect((await skills([...list, "--legacy"], rig.network.cu)).stdout).toBe(expected);
  expect((await skills(list, rig.network.url)).stdout).toBe(expected);
  const found = await skills(["search", "skill", "gamma"], rig.network.url);
  expect(found.stdout).toBe("gamma\t1.0.0\tskill gamma\n1 of 1\n");
  const got = await skills(["get", "beta", "^1.0.0"], rig.network.url);
  expect(JSON.parse(got.stdout)).toMatchObject({ name: "beta", version: "1.0.0" });
  expect(await skills(["top"], rig.network.url)).toMatchObject({ code: 0, stdout: "\n" });
});

test("what a process refuses is said with its words, and what is called wrongly with the usage", async () => {
  expect(await skills(["get", "delta"], rig.network.url)).toMatchObject({
    code: 1,
    stderr: "no skill is named delta\n",
  });
  for (const words of [[], ["get"], ["sing"], ["list", "--loud"]]) {
    const wrong = await skills(words, rig.network.url);
    expect(wrong.code, words.join(" ")).toBe(2);
    expect(wrong.stderr).toContain("skills list");
  }
  expect((await skills(["list"])).code).toBe(2);
});

test("a process that is not there and a unit that is none are named", async () => {
  const strange = await skills(["list"], rig.network.gateway);
  expect(strange.code).toBe(1);
  expect(strange.stderr).toContain(rig.network.gateway);
});
