import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { openEngine } from "@slipway/images";
import type { Engine } from "@slipway/images";
import { writeTinyRoot } from "@slipway/images/tiny-image";

const program = path.join(import.meta.dirname, "../slipway.cjs");

/** An agent and two bases under names of this process; each test begins with a home that has only their definitions. */
export type StartRig = AsyncDisposable & {
  readonly engine: Engine;
  readonly agent: string;
  readonly bases: readonly [aaa: string, bbb: string];
  /** A new home, with a project in it. */
  readonly renew: () => Promise<void>;
  /** Below what `renew` has made. */
  readonly at: (...names: readonly string[]) => string;
  readonly write: (file: string, content: string) => Promise<void>;
  /** What the program keeps of this machine and its user, for all tests. */
  readonly state: string;
  readonly slipway: (args: readonly string[], of?: SlipwayCall) => Promise<Ended>;
  readonly atTerminal: (args: readonly string[], steps: readonly Step[]) => Promise<Seen>;
  /** All that there is now belongs to them. */
  readonly giveTo: (uid: number, gid: number) => Promise<void>;
};

export type SlipwayCall = {
  readonly input?: string;
  readonly prefix?: readonly string[];
  readonly onOutput?: (child: ChildProcess) => void;
};

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** What is typed once that has been seen. */
type Step = readonly [until: string, typed: string];

type Seen = { readonly code: number | null; readonly screen: string };

export async function openStartRig(): Promise<StartRig> {
  const opened = await openEngine({
    counted: () => undefined,
    signal: new AbortController().signal,
  });
  if (!opened.ok) throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
  const engine = opened.value;
  const agent = `tiny-agent-${process.pid}`;
  const bases = [`aaa-${process.pid}`, `bbb-${process.pid}`] as const;
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "slipway-start-")));
  // What is built, for all tests: it is the same in each.
  const built = path.join(folder, "built");
  const tiny = path.join(folder, "tiny");
  await writeTinyRoot(tiny);
  const at = (...names: readonly string[]): string => path.join(folder, "now", ...names);
  const place = () => ({
    cwd: at("home/project"),
    env: {
      PATH: process.env["PATH"],
      HOME: at("home"),
      XDG_DATA_HOME: path.join(built, "data"),
      XDG_STATE_HOME: path.join(built, "state"),
      DOCKER_HOST: process.env["DOCKER_HOST"],
    },
  });
  return {
    engine,
    agent,
    bases,
    state: path.join(built, "state", "slipway"),
    at,
    write,
    renew: async () => {
      await rm(at(), { recursive: true, force: true });
      const own = at("home/.aicage-custom");
      for (const [file, content] of definitionsOf(agent, bases)) {
        await write(path.join(own, file), content);
      }
      for (const base of bases) {
        await cp(tiny, path.join(own, "base-images", base, "root"), { recursive: true });
      }
      await mkdir(at("home/project"));
    },
    slipway: async (args, { input = "", prefix = [], onOutput } = {}) => {
      const [command = "", ...rest] = [...prefix, process.execPath, program, ...args];
      const child = spawn(command, rest, place());
      child.stdin.end(input);
      child.stdout.once("data", () => onOutput?.(child));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      if (child.exitCode === null && child.signalCode === null) await once(child, "close");
      return { code: child.exitCode, stdout, stderr };
    },
    atTerminal: async (args, steps) => {
      const words = [JSON.stringify(steps), process.execPath, program, ...args];
      const child = spawn("python3", ["-c", atTerminalProgram, ...words], {
        ...place(),
        stdio: ["ignore", "pipe", "inherit"],
      });
      const screen = await text(child.stdout);
      if (child.exitCode === null) await once(child, "close");
      return { code: child.exitCode, screen: screen.replaceAll("\r\n", "\n") };
    },
    giveTo: async (uid, gid) => {
      await promisify(execFile)("chown", ["-R", `${uid}:${gid}`, folder]);
    },
    [Symbol.asyncDispose]: async () => {
      const listed = await engine.images();
      for (const { id, labels } of listed.ok ? listed.value : []) {
        // An extended image that has a name is of that project, and of the agent all the same.
        const names = ["dev.slipway.project", "dev.slipway.image.agent"].map((key) => labels[key]);
        if ([agent, ...bases].some((own) => names.includes(own)))
          await engine.removeImage(id, { force: true });
      }
      engine[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

function definitionsOf(
  agent: string,
  bases: readonly string[],
): readonly (readonly [file: string, content: string])[] {
  const install = [
    "set -eu",
    `printf '#!/bin/sh\\n[ "$1" != --version ] || exec echo 1.0.0\\nexec /bin/sh -c "$1"\\n' > /bin/${agent}`,
    `chmod +x /bin/${agent}`,
    "",
  ];
  return [
    [
      `agents/${agent}/agent.yml`,
      "agent_full_name: Tiny\nagent_homepage: https://tiny.example\nagent_path: {directories: [~/.tiny], files: [~/.tiny.json]}\n",
    ],
    [`agents/${agent}/install.sh`, install.join("\n")],
    [`agents/${agent}/version.sh`, "echo 1.0.0\n"],
    ...bases.flatMap((base): readonly (readonly [string, string])[] => [
      [
        `base-images/${base}/base.yml`,
        `from_image: scratch\nbase_image_distro: None\nbase_image_description: the base ${base}\narchitectures: [amd64, arm64]\n`,
      ],
      [
        `base-images/${base}/Dockerfile`,
        `FROM scratch\nCOPY root /\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nRUN mkdir -p /root /tmp && chmod 1777 /tmp\nENV ON=${base}\n`,
      ],
    ]),
  ];
}

/** A terminal of 31 rows and 93 columns; its exit code is the program's. */
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
