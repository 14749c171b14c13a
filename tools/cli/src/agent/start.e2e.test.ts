import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStartRig } from "../../test/start-rig.ts";
import type { StartRig } from "../../test/start-rig.ts";

let rig: StartRig;
let agent: string;
let bbb: string;

beforeAll(async () => {
  rig = await openStartRig();
  ({
    agent,
    bases: [, bbb],
  } = rig);
});
beforeEach(async () => rig.renew());
afterAll(async () => rig[Symbol.asyncDispose]());

describe("slipway agent without a terminal", () => {
  it("wants the base said, once", async () => {
    const open = await rig.slipway(["agent", agent, "true"]);
    expect(open).toMatchObject({ code: 2, stdout: "" });
    expect(open.stderr).toContain("say it with --base, or take the usual one with --yes");
    const first = await rig.slipway([
      "agent",
      agent,
      "--base",
      bbb,
      "echo $ON; pwd; ls -d ~/.tiny*",
    ]);
    const own = [rig.at("home/.tiny"), rig.at("home/.tiny.json")];
    expect(first.stdout.split("\n")).toEqual([bbb, rig.at("home/project"), ...own, ""]);
    expect(first.code).toBe(0);
    expect((await stat(rig.at("home/.tiny.json"))).size).toBe(0);
    const later = await rig.slipway(["agent", agent, "echo $ON"]);
    expect(later).toMatchObject({ code: 0, stdout: `${bbb}\n` });
  });

  it("hands input, outputs and the exit code through", async () => {
    const script = "wc -c; echo to stderr >&2; exit 42";
    const ended = await rig.slipway(["agent", "--base", bbb, agent, script], {
      input: "x".repeat(100_000),
    });
    expect(ended).toMatchObject({ code: 42, stdout: "100000\n" });
    expect(ended.stderr).toContain("to stderr\n");
    const two = await rig.slipway(["agent", agent, "exit 2"]);
    expect(two.code).toBe(2);
    expect(two.stderr).not.toContain("usage");
  });

  it("ends with what a shell says of signals and of commands that are not there", async () => {
    await rig.slipway(["agent", "--base", bbb, agent, "true"]);
    expect(await rig.slipway(["agent", agent, "kill -KILL $$"])).toMatchObject({ code: 137 });
    const none = ["agent", agent, "--env", "AICAGE_ENTRYPOINT_CMD=x", "--", "no-such-command"];
    expect(await rig.slipway(none)).toMatchObject({ code: 127 });
  });

  it("ends the agent by SIGTERM, and leaves no container", async () => {
    const script = "trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.1; done";
    const ended = await rig.slipway(["agent", "--base", bbb, agent, script], {
      onOutput: (child) => void child.kill("SIGTERM"),
    });
    expect(ended).toMatchObject({ code: 9, stdout: "ready\ntold\n" });
    const left = await rig.engine.containers({ "dev.slipway.agent": agent });
    expect(left).toEqual({ ok: true, value: [] });
  });

  it("removes the container of a start that was killed", async () => {
    const args = ["agent", agent, "--base", bbb, "echo ready; sleep 60"];
    await rig.slipway(args, { onOutput: (child) => void child.kill("SIGKILL") });
    const left = await rig.engine.containers({ "dev.slipway.agent": agent });
    expect(left.ok && left.value).toHaveLength(1);
    expect(await rig.slipway(["agent", agent, "true"])).toMatchObject({ code: 0 });
    const now = await rig.engine.containers({ "dev.slipway.agent": agent });
    expect(now).toEqual({ ok: true, value: [] });
  });

  it("tells what it would do, and does nothing", async () => {
    const share = rig.at("home/a,b:c");
    await mkdir(share);
    const args = ["--base", bbb, "--share", `${share}:ro`, "--env", "KEY=secret"];
    const told = await rig.slipway(["agent", agent, ...args, "--dry-run", "--json"]);
    expect(told).toMatchObject({ code: 0 });
    expect(JSON.parse(told.stdout)).toMatchObject({
      schema: 1,
      agent,
      base: bbb,
      reference: `slipway/${agent}:${bbb}`,
      variables: ["KEY"],
      mounts: [
        { target: rig.at("home/.tiny"), isReadOnly: false },
        { target: rig.at("home/.tiny.json"), isReadOnly: false },
        { target: share, isReadOnly: true },
        { target: rig.at("home/project"), as: "project" },
      ],
    });
    expect(told.stdout).not.toContain("secret");
    await expect(stat(rig.at("home/.tiny"))).rejects.toThrow("ENOENT");
    await expect(stat(rig.at("home/.aicage"))).rejects.toThrow("ENOENT");
  });

  it("mounts a share of any name, to read alone, and remembers it", async () => {
    const share = rig.at("home/a,b:c");
    await rig.write(path.join(share, "file"), "shared\n");
    const script = `cat '${share}/file'; touch '${share}/other' || echo refused`;
    const args = ["agent", agent, "--base", bbb, "--share", "../a,b:c:ro", script];
    expect((await rig.slipway(args)).stdout).toBe("shared\nrefused\n");
    expect((await rig.slipway(["agent", agent, script])).stdout).toBe("shared\nrefused\n");
  });

  it("refuses to give away the home folder", async () => {
    const ended = await rig.slipway(["agent", agent, "--base", bbb, "--share", "~", "true"]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain("is the home folder");
  });

  it("makes files that belong to who started it", async () => {
    if (process.getuid?.() !== 0) return;
    const socket = await stat("/var/run/docker.sock");
    const [uid, gid] = [65_534, socket.gid];
    // Built by root, and then as good as this user's own.
    await rig.slipway(["agent", agent, "--base", bbb, "true"]);
    await rig.giveTo(uid, gid);
    const prefix = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
    const script = "id -u; id -g; touch made ~/.tiny/made";
    const ended = await rig.slipway(["agent", agent, "--base", bbb, script], { prefix });
    expect(ended).toMatchObject({ code: 0, stdout: `${uid}\n${gid}\n` });
    for (const file of ["home/project/made", "home/.tiny/made"]) {
      expect(await stat(rig.at(file))).toMatchObject({ uid, gid });
    }
  });
});
