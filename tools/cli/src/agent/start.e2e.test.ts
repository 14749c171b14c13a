import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { openEngine } from "@slipway/images";
import type { Engine } from "@slipway/images";
import { buildTinyImage } from "@slipway/images/tiny-image";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const program = path.join(import.meta.dirname, "../../slipway.cjs");
const agent = `tiny-agent-${process.pid}`;
const bases = ["aaa", "bbb"];

let engine: Engine;
let root: string;

beforeAll(async () => {
  const signal = new AbortController().signal;
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
  engine = opened.value;
  for (const base of bases) {
    await buildTinyImage(engine, {
      tag: `slipway/${agent}:${base}`,
      agent,
      script: '#!/bin/sh\nexec /bin/sh -c "$1"\n',
      withSetpriv: true,
      lines: [`ENV ON=${base}`],
    });
  }
});

afterAll(async () => {
  for (const base of bases) await engine.removeImage(`slipway/${agent}:${base}`, { force: true });
  engine[Symbol.dispose]();
});

/** A person's home with an agent, two bases and an extension of their own, and a project in it. */
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(os.tmpdir(), "slipway-start-")));
  const own = at("home/.aicage-custom");
  await files({
    [`${own}/agents/${agent}/agent.yml`]: `agent_full_name: Tiny\nagent_homepage: https://tiny.example\nagent_path: {directories: [~/.tiny], files: [~/.tiny.json]}\n`,
    [`${own}/agents/${agent}/install.sh`]: "true\n",
    [`${own}/agents/${agent}/version.sh`]: "echo 1\n",
    ...Object.fromEntries(
      bases.flatMap((base) => [
        [
          `${own}/base-images/${base}/base.yml`,
          `from_image: scratch\nbase_image_distro: None\nbase_image_description: the base ${base}\narchitectures: [amd64, arm64]\n`,
        ],
        [`${own}/base-images/${base}/Dockerfile`, "FROM scratch\n"],
      ]),
    ),
  });
  await mkdir(at("home/project"));
});

afterEach(async () => rm(root, { recursive: true, force: true }));

const at = (...names: readonly string[]): string => path.join(root, ...names);

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, content] of Object.entries(contents)) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

const environment = () => ({
  PATH: process.env["PATH"],
  HOME: at("home"),
  DOCKER_HOST: process.env["DOCKER_HOST"],
});

type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs slipway in the project without a terminal. */
async function slipway(
  args: readonly string[],
  of: {
    readonly input?: string;
    readonly prefix?: readonly string[];
    readonly onOutput?: (child: ReturnType<typeof spawn>) => void;
  } = {},
): Promise<Ended> {
  const [command = "", ...rest] = [...(of.prefix ?? []), process.execPath, program, ...args];
  const child = spawn(command, rest, { cwd: at("home/project"), env: environment() });
  child.stdin.end(of.input ?? "");
  child.stdout.once("data", () => of.onOutput?.(child));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  return { code: child.exitCode, stdout, stderr };
}

/** Runs it at a terminal of 31 rows and 93 columns; each step waits for what it says, then types. */
async function atTerminal(
  args: readonly string[],
  steps: readonly (readonly [until: string, typed: string])[],
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const child = spawn(
    "python3",
    ["-c", atTerminalProgram, JSON.stringify(steps), process.execPath, program, ...args],
    { cwd: at("home/project"), env: environment(), stdio: ["ignore", "pipe", "inherit"] },
  );
  const screen = await text(child.stdout);
  if (child.exitCode === null) await once(child, "close");
  return { code: child.exitCode, screen: screen.replaceAll("\r\n", "\n") };
}

const atTerminalProgram = `
import fcntl, json, os, pty, struct, sys, termios
steps = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 31, 93, 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
def read():
    global seen
    try:
        data = os.read(fd, 65536)
    except OSError:
        data = b""
    seen += data
    return data != b""
at = 0
for until, typed in steps:
    while until.encode() not in seen[at:]:
        if not read():
            break
    at = len(seen)
    os.write(fd, typed.encode())
while read():
    pass
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
`;

describe("slipway agent without a terminal", () => {
  it("wants the base said, once", async () => {
    const open = await slipway(["agent", agent, "true"]);
    expect(open).toMatchObject({ code: 2, stdout: "" });
    expect(open.stderr).toContain("say it with --base, or take the usual one with --yes");
    const first = await slipway(["agent", agent, "--base", "bbb", "echo $ON; pwd; ls -d ~/.tiny*"]);
    const own = [at("home/.tiny"), at("home/.tiny.json")];
    expect(first.stdout.split("\n")).toEqual(["bbb", at("home/project"), ...own, ""]);
    expect(first.code).toBe(0);
    expect((await stat(at("home/.tiny.json"))).size).toBe(0);
    const later = await slipway(["agent", agent, "echo $ON"]);
    expect(later).toMatchObject({ code: 0, stdout: "bbb\n" });
  });

  it("hands input, outputs and the exit code through", async () => {
    const script = "wc -c; echo to stderr >&2; exit 42";
    const ended = await slipway(["agent", "--yes", agent, script], { input: "x".repeat(100_000) });
    expect(ended).toMatchObject({ code: 42, stdout: "100000\n" });
    expect(ended.stderr).toContain("to stderr\n");
  });

  it("ends with what a shell says of signals and of commands that are not there", async () => {
    await slipway(["agent", "--yes", agent, "true"]);
    expect(await slipway(["agent", agent, "kill -KILL $$"])).toMatchObject({ code: 137 });
    const none = ["agent", agent, "--env", "AICAGE_ENTRYPOINT_CMD=x", "--", "no-such-command"];
    expect(await slipway(none)).toMatchObject({ code: 127 });
  });

  it("ends the agent by SIGTERM, and leaves no container", async () => {
    const script = "trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.1; done";
    const ended = await slipway(["agent", "--yes", agent, script], {
      onOutput: (child) => void child.kill("SIGTERM"),
    });
    expect(ended).toMatchObject({ code: 9, stdout: "ready\ntold\n" });
    const left = await engine.containers({ "dev.slipway.agent": agent });
    expect(left).toEqual({ ok: true, value: [] });
  });

  it("tells what it would do, and does nothing", async () => {
    const share = at("home/a,b:c");
    await mkdir(share);
    const args = ["--base", "aaa", "--share", `${share}:ro`, "--env", "KEY=secret"];
    const told = await slipway(["agent", agent, ...args, "--dry-run", "--json"]);
    expect(told).toMatchObject({ code: 0 });
    expect(JSON.parse(told.stdout)).toMatchObject({
      schema: 1,
      agent,
      base: "aaa",
      reference: `slipway/${agent}:aaa`,
      variables: ["KEY"],
      mounts: [
        { target: at("home/.tiny"), isReadOnly: false },
        { target: at("home/.tiny.json"), isReadOnly: false },
        { target: share, isReadOnly: true },
        { target: at("home/project"), as: "project" },
      ],
    });
    expect(told.stdout).not.toContain("secret");
    await expect(stat(at("home/.tiny"))).rejects.toThrow("ENOENT");
    await expect(stat(at("home/.aicage"))).rejects.toThrow("ENOENT");
  });

  it("mounts a share of any name, to read alone, and remembers it", async () => {
    const share = at("home/a,b:c");
    await files({ [path.join(share, "file")]: "shared\n" });
    const script = `cat '${share}/file'; touch '${share}/other' || echo refused`;
    const args = ["agent", agent, "--base", "aaa", "--share", "../a,b:c:ro", script];
    expect((await slipway(args)).stdout).toBe("shared\nrefused\n");
    expect((await slipway(["agent", agent, script])).stdout).toBe("shared\nrefused\n");
  });

  it("refuses to give away the home folder", async () => {
    const ended = await slipway(["agent", agent, "--base", "aaa", "--share", "~", "true"]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain("is the home folder");
  });

  it("makes files that belong to who started it", async () => {
    if (process.getuid?.() !== 0) return;
    const socket = await stat("/var/run/docker.sock");
    const [uid, gid] = [65_534, socket.gid];
    for (const folder of ["", "home", "home/project"]) await chown(at(folder), uid, gid);
    const prefix = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
    const script = "id -u; id -g; touch made ~/.tiny/made";
    const ended = await slipway(["agent", agent, "--base", "aaa", script], { prefix });
    expect(ended).toMatchObject({ code: 0, stdout: `${uid}\n${gid}\n` });
    for (const file of ["home/project/made", "home/.tiny/made"]) {
      expect(await stat(at(file))).toMatchObject({ uid, gid });
    }
  });
});

describe("slipway agent at a terminal", () => {
  it("asks the first time, and never again", async () => {
    const first = await atTerminal(["agent", agent, "echo on $ON"], [["Which one? [aaa]", "2\r"]]);
    expect(first.screen).toContain("1  aaa  the base aaa\n");
    expect(first.screen).toContain("on bbb\n");
    expect(first.code).toBe(0);
    const later = await atTerminal(["agent", agent, "echo on $ON"], []);
    expect(later.screen).not.toContain("Which");
    expect(later.screen).toContain("on bbb\n");
  });

  it("asks again for an answer that is none, and takes names", async () => {
    const steps = [
      ["Which one?", "zzz\r"],
      ["zzz is none of them", "bbb\r"],
    ] as const;
    const { screen, code } = await atTerminal(["agent", agent, "echo on $ON"], steps);
    expect(screen).toContain("on bbb\n");
    expect(code).toBe(0);
  });

  it("starts nothing when the question is left by Ctrl-C", async () => {
    const left = await atTerminal(["agent", agent, "true"], [["Which one?", "\u0003"]]);
    expect(left.screen).toContain("nothing was chosen");
    expect(left.code).toBe(1);
    await expect(stat(at("home/.aicage"))).rejects.toThrow("ENOENT");
  });

  it("gives the agent the terminal, its size and its keys", async () => {
    const script =
      "until stty size 2>&1 | grep -q '[0-9]'; do sleep 0.1; done; stty size; echo $TERM; trap 'echo; echo interrupted; exit 5' INT; echo ready; read x";
    const { screen, code } = await atTerminal(
      ["agent", "--yes", agent, script],
      [["ready", "\u0003"]],
    );
    expect(screen).toContain("31 93\n");
    expect(screen).toContain("interrupted\n");
    expect(code).toBe(5);
  });
});

it("keeps what another client remembers of the project, and moves back to it", async () => {
  await slipway(["agent", agent, "--base", "aaa", "true"]);
  const { stdout } = await slipway(["agent", "config", "info", "--json"]);
  const { file } = JSON.parse(stdout) as { readonly file: string };
  await writeFile(file, `# mine\n${await readFile(file, "utf8")}other: 1\n`);
  await slipway(["agent", agent, "--base", "bbb", "true"]);
  expect(await readFile(file, "utf8")).toBe(
    `# mine\npath: ${at("home/project")}\nagents:\n  ${agent}:\n    base: bbb\n    image_ref: slipway/${agent}:bbb\nother: 1\n`,
  );
});
