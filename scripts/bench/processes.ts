import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";

/** Where programs run: a folder for their output, and what stops them. */
export type Ground = { readonly folder: string; readonly signal: AbortSignal };

export type Command = {
  readonly words: readonly [string, ...(readonly string[])];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A file that becomes the standard input. */
  readonly input?: string;
};

export type Ended = {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
};

/** A process that goes on until it is stopped. */
export type Running = AsyncDisposable & { readonly pid: number };

const lookEveryMs = 20;

export const repository = path.join(import.meta.dirname, "..", "..");

/** Nobody's own settings take part, nothing is sent anywhere, and no daemon stays behind. */
const fixedEnvironment = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  NX_DAEMON: "false",
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  PATH: `${path.join(repository, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
};

function open(
  ground: Ground,
  { words: [program, ...words], folder, environment }: Command,
  stdio: readonly ["ignore" | number, number, number],
): ChildProcess {
  return spawn(program, words, {
    cwd: folder,
    env: {
      ...process.env,
      ...fixedEnvironment,
      // What is kept of a folder that is no workspace.
      XDG_CACHE_HOME: path.join(ground.folder, "cache"),
      ...environment,
    },
    // A process group of its own, so that all that it started can be stopped at once.
    detached: true,
    stdio: [...stdio],
  });
}

function stopGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
}

type Captured = {
  readonly files: readonly [number, number];
  readonly read: () => { readonly output: string; readonly errors: string };
  readonly remove: () => void;
};

/** Output goes through files: a pipe would make the programs wait for this process. */
function captureIn(ground: Ground): Captured {
  const folder = mkdtempSync(path.join(ground.folder, "output-"));
  const [output, errors] = [path.join(folder, "output"), path.join(folder, "errors")];
  const files = [openSync(output, "w"), openSync(errors, "w")] as const;
  return {
    files,
    read: () => ({ output: readFileSync(output, "utf8"), errors: readFileSync(errors, "utf8") }),
    remove: () => {
      for (const file of files) closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function run(ground: Ground, command: Command): Promise<Ended> {
  ground.signal.throwIfAborted();
  const captured = captureIn(ground);
  const input = command.input === undefined ? undefined : openSync(command.input, "r");
  try {
    const child = open(ground, command, [input ?? "ignore", ...captured.files]);
    const stop = (): void => stopGroup(child, "SIGKILL");
    ground.signal.addEventListener("abort", stop);
    const code = await exitOf(child).finally(() =>
      ground.signal.removeEventListener("abort", stop),
    );
    ground.signal.throwIfAborted();
    return { code, ...captured.read() };
  } finally {
    if (input !== undefined) closeSync(input);
    captured.remove();
  }
}

/** Runs what has to succeed, and answers what it printed. */
export async function outputOf(ground: Ground, command: Command): Promise<string> {
  const { code, output, errors } = await run(ground, command);
  if (code !== 0)
    throw new Error(`${command.words.join(" ")} ended with ${code}: ${errors}${output}`);
  return output;
}

/** Starts a process and answers when `isReady` says so of its output. It is ended with its group. */
export async function start(
  ground: Ground,
  command: Command,
  isReady: (output: string) => boolean,
): Promise<Running> {
  ground.signal.throwIfAborted();
  const captured = captureIn(ground);
  const child = open(ground, command, ["ignore", ...captured.files]);
  const ended = exitOf(child);
  const running: Running = {
    pid: child.pid ?? -1,
    [Symbol.asyncDispose]: async () => {
      stopGroup(child, "SIGTERM");
      await ended;
      captured.remove();
    },
  };
  const looking = new AbortController();
  const died = ended.then((code) => {
    looking.abort();
    return code;
  });
  for (;;) {
    const { output, errors } = captured.read();
    if (isReady(output)) return running;
    if (looking.signal.aborted || ground.signal.aborted) {
      await running[Symbol.asyncDispose]();
      ground.signal.throwIfAborted();
      throw new Error(`${command.words.join(" ")} ended with ${await died}: ${errors}${output}`);
    }
    await setTimeout(lookEveryMs);
  }
}
