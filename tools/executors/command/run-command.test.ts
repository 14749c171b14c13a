import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, fail, ok } from "@slipway/signature";
import type { Outcome, RecordedAction, Result } from "@slipway/signature";
import type { Failure } from "@slipway/report";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Options } from "./options.ts";
import { runCommand } from "./run-command.ts";

let root: string;
const lines: string[] = [];
const ran = ok({ state: "done", cause: "command-ran", facts: {} } as const);

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-command-"));
  mkdirSync(path.join(root, "app"));
  lines.length = 0;
});
afterEach(() => rmSync(root, { recursive: true }));

async function run(
  command: string | readonly string[],
  more: {
    readonly outputs?: readonly string[];
    readonly files?: RecordedAction["files"];
    readonly options?: object;
    readonly ambient?: Readonly<Record<string, string>>;
    readonly declared?: readonly string[];
    readonly stopping?: AbortController;
    readonly onLine?: () => void;
  } = {},
): Promise<Result<Outcome, Failure>> {
  return runCommand({
    workspaceRoot: root,
    projectRoot: "app",
    action: {
      outputs: more.outputs ?? [],
      files: more.files ?? [],
      env: (more.declared ?? []).map((name) => ({ name, state: "unset" })),
    },
    options: Options.parse({ command, ...more.options }),
    ambient: { PATH: "/usr/bin:/bin", ...more.ambient },
    signal: (more.stopping ?? new AbortController()).signal,
    progress: (line) => {
      lines.push(line);
      more.onLine?.();
    },
  });
}

/** One that ended and that nobody has waited for yet is not running. */
function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\tZ/m.test(readFileSync(status, "utf8"));
}

test("a string is a line for the shell, in the project's folder, and its lines are shown", async () => {
  expect(await run("pwd; echo two >&2 | cat")).toEqual(ran);
  expect(lines.toSorted()).toEqual([path.join(root, "app"), "two"].toSorted());
});

test("an array is a program and its arguments, as they are", async () => {
  expect(await run(["printf", "%s\n", "$HOME; *"], { options: { cwd: "." } })).toEqual(ran);
  expect(lines).toEqual(["$HOME; *"]);
});

test("it sees a fixed few variables, those that are declared, and those of its options", async () => {
  const ambient = { HOME: "/home/x", SECRET: "s", MODE: "fast", LC_ALL: "de_DE", TZ: "Asia/Tokyo" };
  const options = { env: { LEVEL: "3" } };
  expect(await run("env", { ambient, options, declared: ["MODE", "UNSET"] })).toEqual(ran);
  expect(lines.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line)).toSorted()).toEqual([
    "HOME=/home/x",
    "LC_ALL=C.UTF-8",
    "LEVEL=3",
    "MODE=fast",
    `PATH=${root}/node_modules/.bin:/usr/bin:/bin`,
    "TZ=UTC",
  ]);
});

test("outputs are gone before it begins, so that only its own files are in them", async () => {
  mkdirSync(path.join(root, "app/dist"));
  writeFileSync(path.join(root, "app/dist/stale"), "");
  writeFileSync(path.join(root, "app/old.log"), "");
  const outputs = ["app/dist", "app/*.log"];
  const command = "ls; mkdir dist; echo made > dist/out; echo > new.log";
  expect(await run(command, { outputs })).toEqual(ran);
  expect(lines).toEqual([]);
  expect(readFileSync(path.join(root, "app/dist/out"), "utf8")).toBe("made\n");
  expect(existsSync(path.join(root, "app/dist/stale"))).toBe(false);
});

test("a failure has the exit code and the last lines, and leaves no outputs", async () => {
  const command = "mkdir dist; for i in $(seq 30); do echo $i; done; exit 3";
  const output = Array.from({ length: 20 }, (_, at) => String(at + 11)).join("\n");
  expect(await run(command, { outputs: ["app/dist"] })).toEqual({
    ok: false,
    failure: { reason: "command-failed", command, end: "3", output },
  });
  expect(existsSync(path.join(root, "app/dist"))).toBe(false);
});

test("an output that was not made is a failure", async () => {
  const outputs = ["app/dist", "app/made", "app/*.js"];
  expect(await run("echo > made", { outputs })).toEqual({
    ok: false,
    failure: {
      reason: "outputs-missing",
      command: "echo > made",
      outputs: ["app/dist", "app/*.js"],
    },
  });
});

test("a pipe in an output is a failure, and is removed", async () => {
  expect(await run("mkdir dist; mkfifo dist/pipe", { outputs: ["app/dist"] })).toEqual({
    ok: false,
    failure: { reason: "output-odd", path: "app/dist/pipe", kind: "fifo" },
  });
  expect(existsSync(path.join(root, "app/dist"))).toBe(false);
});

test("a program that is not there cannot be started", async () => {
  expect(await run(["no-such-program", "x"])).toEqual({
    ok: false,
    failure: {
      reason: "command-not-started",
      command: "no-such-program x",
      cwd: "app",
      code: "ENOENT",
    },
  });
});

test("a stop ends the whole process group", async () => {
  const stopping = new AbortController();
  const command = "sleep 1000 & echo $!; wait";
  const result = await run(command, { stopping, onLine: () => stopping.abort() });
  expect(result).toEqual({ ok: false, failure: { reason: "command-stopped", command } });
  await expect.poll(() => isRunning(Number(lines[0]))).toBe(false);
});

test("what a command leaves running ends with it", async () => {
  expect(await run("sleep 1000 & echo $!")).toEqual(ran);
  await expect.poll(() => isRunning(Number(lines[0]))).toBe(false);
});

test("a command that takes too long is ended", async () => {
  const options = { timeoutSeconds: 0.05 };
  expect(await run("sleep 1000", { options })).toMatchObject({
    ok: false,
    failure: { reason: "command-timed-out", timeoutSeconds: 0.05, output: "" },
  });
});

test.each(["app", ".", "", "..", "app/../..", "/tmp", "app/src", "app/*", "app/out/x"])(
  "the output %j is refused, and nothing is removed",
  async (output) => {
    mkdirSync(path.join(root, "app/src"));
    writeFileSync(path.join(root, "app/src/a.ts"), "a");
    symlinkSync(tmpdir(), path.join(root, "app/out"));
    const file = { path: "app/src/a.ts", digest: digestOf("a"), sizeBytes: 1, executable: false };
    const result = await run("touch ran", { outputs: ["app/dist", output], files: [file] });
    expect(result).toEqual(fail({ reason: "outputs-unsafe", outputs: [output] }));
    expect(readFileSync(path.join(root, "app/src/a.ts"), "utf8")).toBe("a");
    expect(existsSync(path.join(root, "app/ran"))).toBe(false);
  },
);
