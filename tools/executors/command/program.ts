import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export type Program = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All that it sees. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** Each line that it writes, to either stream. */
  readonly line: (text: string) => void;
};

export type ProgramEnd =
  | {
      readonly state: "exited";
      readonly exitCode: number | undefined;
      readonly killedBy: string | undefined;
    }
  | { readonly state: "not-started"; readonly code: string }
  | { readonly state: "timed-out" | "stopped" };

/** From the first, polite signal to the one that cannot be refused. */
const graceMs = 5000;
const drainMs = 1000;

/**
 * Runs a program in a process group of its own, which ends with it: what it leaves running is killed, since it could
 * still write into outputs.
 */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  if (program.signal.aborted) return { state: "stopped" };
  const child = spawn(program.file, program.args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const reading = [child.stdout, child.stderr].map(async (stream) =>
    readLines(stream, program.line),
  );
  let why: "timed-out" | "stopped" | undefined;
  const stop = (reason: "timed-out" | "stopped"): void => {
    why ??= reason;
    killGroup(child, "SIGTERM");
    setTimeout(() => killGroup(child, "SIGKILL"), graceMs).unref();
  };
  const onAbort = (): void => stop("stopped");
  program.signal.addEventListener("abort", onAbort);
  const { timeoutMs } = program;
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => stop("timed-out"), timeoutMs);
  try {
    const end = await ended(child);
    killGroup(child, "SIGKILL");
    // One that has left the group can still hold the pipes; nobody waits for it.
    setTimeout(
      () => [child.stdout, child.stderr].map((stream) => stream.destroy()),
      drainMs,
    ).unref();
    await Promise.allSettled(reading);
    return why === undefined ? end : { state: why };
  } finally {
    clearTimeout(timer);
    program.signal.removeEventListener("abort", onAbort);
  }
}

async function ended(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      const code = "code" in error ? String(error.code) : error.message;
      resolve({ state: "not-started", code });
    });
    child.once("exit", (exitCode, signal) => {
      resolve({ state: "exited", exitCode: exitCode ?? undefined, killedBy: signal ?? undefined });
    });
  });
}

async function readLines(stream: Readable, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) take(line);
}

/** A group without processes is no error, nor one that has become another user's. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
