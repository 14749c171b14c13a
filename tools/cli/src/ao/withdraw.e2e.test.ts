import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { idOf, startReleaseRig } from "@slipway/processes/release-rig";
import type { ReleasedProject, ReleaseRig } from "@slipway/processes/release-rig";
import { afterAll, beforeAll, expect, test } from "vitest";

let rig: ReleaseRig;
beforeAll(async () => {
  rig = await startReleaseRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());

const program = path.join(import.meta.dirname, "../../slipway.cjs");

function start(project: ReleasedProject, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, "ao", ...args], {
    cwd: project.task.workspaceRoot,
    env: { ...rig.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

async function endOf(child: ChildProcess): Promise<Ended> {
  if (child.stdout === null || child.stderr === null) throw new Error("no output");
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await closed, stdout, stderr };
}

async function published(name: string): Promise<ReleasedProject> {
  const project = await rig.project(name);
  await project.deployed(idOf("r"));
  await project.write("1.3.0");
  for (const version of ["1.2.0", "1.3.0"]) {
    await project.publish(version, { "ids.json": JSON.stringify({ registry: idOf("r") }) });
  }
  return project;
}

test("killed whenever a write has reached the registry, the next run does the rest, and nothing twice", async () => {
  const project = await published("killed");
  const { writes, onWritten, token } = rig.registry;
  for (const _step of ["deprecate", "move-tag", "publish-patch"]) {
    const child = start(project, ["withdraw", "1.3.0", "killed"]);
    const ended = endOf(child);
    onWritten((count) => void (count === 1 && child.kill("SIGKILL")));
    expect((await ended).code).toBe(null);
  }
  onWritten(undefined);
  const whole = [project.name, `${project.name}/dist-tags/latest`, project.name];
  expect(writes).toEqual(whole.map((each) => `PUT ${each}`));
  const rest = await endOf(start(project, ["withdraw", "1.3.0", "killed", "--json"]));
  const told: unknown = JSON.parse(rest.stdout);
  const version = { name: project.name, version: "1.3.0", steps: [] };
  expect(told).toEqual({ schema: 1, isDryRun: false, versions: [version] });
  expect(writes.length).toBe(3);
  expect(await rig.shown(project.name)).toMatchObject({
    tags: { latest: "1.3.1" },
    versions: ["1.2.0", "1.3.0", "1.3.1"],
  });
  expect(rest.stdout + rest.stderr).not.toContain(token);
  expect(await rig.filesWith(token)).toEqual([]);
  const kept = path.join(project.task.workspaceRoot, ".slipway/ao/killed");
  expect(await readdir(kept)).toEqual(["dev.json", "release.lock"]);
});

test("a plan is printed a line a step, and a wrong call is told", async () => {
  const project = await published("plan");
  const args = ["withdraw", "1.3.0", "--no-patch", "--dry-run", "--message", "loses downloads"];
  const child = start(project, [...args, path.join("apps", "plan")]);
  expect(await endOf(child)).toMatchObject({
    code: 0,
    stdout:
      "deprecate @acme/plan@1.3.0: loses downloads\n" +
      "move latest of @acme/plan from 1.3.0 to 1.2.0\n",
  });
  expect((await endOf(start(project, ["withdraw"]))).code).toBe(2);
  expect((await endOf(start(project, ["withdraw", "--dead", "a", "b"]))).code).toBe(2);
  const nowhere = await endOf(start(project, ["withdraw", "1.3.0", "nowhere"]));
  expect(nowhere.code).toBe(1);
  expect(nowhere.stderr).toContain("no ao.yml");
});
