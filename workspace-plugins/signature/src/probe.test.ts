import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { never, openRig } from "../test/rig.ts";
import { probeIn } from "./probe.ts";

const environment = {
  PATH: process.env["PATH"],
  HOME: "/nowhere",
  TOKEN: "hunter2",
  LANG: "tr_TR",
};

test("what counts is standard output and error, without white space around them", async () => {
  using rig = openRig();
  const probe = probeIn(rig.root, environment);
  expect(await probe("echo; echo out; echo err >&2", never)).toEqual({
    ok: true,
    value: "out\nerr",
  });
});

test("a probe stands at the root of the workspace and sees nothing of the environment but PATH and HOME", async () => {
  using rig = openRig({ "version.txt": "7" });
  const probe = probeIn(rig.root, environment);
  expect(
    await probe("cat version.txt; echo $HOME $LC_ALL; env | grep -c hunter2 || true", never),
  ).toEqual({
    ok: true,
    value: "7/nowhere C\n0",
  });
});

test("a command that fails is no version", async () => {
  using rig = openRig();
  expect(await probeIn(rig.root, environment)("echo no >&2; exit 3", never)).toEqual({
    ok: false,
    failure: {
      reason: "probe-failed",
      command: "echo no >&2; exit 3",
      exitCode: 3,
      output: "no",
    },
  });
});

test("a command that there is not is no version", async () => {
  using rig = openRig();
  const found = await probeIn(rig.root, environment)("no-such-command --version", never);
  expect(found).toMatchObject({ failure: { reason: "probe-failed", exitCode: 127 } });
});

test("a command that writes without end is ended", async () => {
  using rig = openRig();
  const found = await probeIn(rig.root, environment)("yes", never);
  expect(found).toMatchObject({ failure: { reason: "probe-failed", exitCode: undefined } });
});

test("a command that does not end is ended with all that it started", async () => {
  using rig = openRig();
  execFileSync("mkfifo", ["forever"], { cwd: rig.root });
  const command = "echo begun; (cat forever; true) & cat forever; true";
  expect(await probeIn(rig.root, environment, 100)(command, never)).toEqual({
    ok: false,
    failure: { reason: "probe-timed-out", command, limitMs: 100, output: "begun" },
  });
});

test("a stop ends it too", async () => {
  using rig = openRig();
  execFileSync("mkfifo", ["forever"], { cwd: rig.root });
  const stop = new AbortController();
  const running = probeIn(rig.root, environment)("cat forever; true", stop.signal);
  stop.abort(new Error("stopped"));
  await expect(running).rejects.toThrow("stopped");
});
