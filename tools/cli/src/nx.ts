import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readRunning } from "@slipway/executors/runs";
import { execa } from "execa";
import { newestRun } from "./run-record.ts";

export type NxRun = {
  readonly workspaceRoot: string;
  readonly nxArguments: readonly string[];
  /** Gets all that Nx and its tasks write. */
  readonly logFile: string;
  readonly line: (line: string) => void;
  readonly progress: (text: string) => void;
  /** How long after the first signal Nx is ended by force. */
  readonly graceMs?: number;
};

export type NxEnd = {
  /** Of Nx, or as of a program that a signal ends. */
  readonly exitCode: number;
  /** A signal came, and Nx ended without success. */
  readonly wasStopped: boolean;
  /** What its tasks have left. `undefined`: it came to none of ours. */
  readonly folder: string | undefined;
};

const outputs = [process.stdout, process.stderr] as const;

/** Nobody reads where a terminal is closed: unheard, the first line to it would end us before Nx and its tasks. */
function unread(): void {}

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Nx ends a task by force after 30 s; we would not end Nx amid that. */
const nxGraceMs = 45_000;
const tasksGraceMs = 30_000;
const askEveryMs = 50;

/**
 * Runs Nx of this workspace with the Node that runs us. A signal stops it, and we stay until it and all its tasks have
 * ended: a task that is stopped takes away what it has half done.
 */
export async function runNx(run: NxRun): Promise<NxEnd> {
  const { workspaceRoot, nxArguments, logFile, line } = run;
  const startedMs = Date.now();
  const nx = path.join(workspaceRoot, "node_modules", "nx", "dist", "bin", "nx.js");
  await mkdir(path.dirname(logFile), { recursive: true });
  const child = execa(process.execPath, [nx, ...nxArguments], {
    cwd: workspaceRoot,
    env: { NX_TUI: "false" },
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
    // It would heed no signal but SIGTERM.
    forceKillAfterDelay: false,
  });
  let stoppedBy: (typeof stopSignals)[number] | undefined;
  // A terminal has sent it to Nx too, which takes it once.
  const stop = (signal: (typeof stopSignals)[number]): void => {
    child.kill(signal);
    if (stoppedBy !== undefined) return;
    stoppedBy = signal;
    setTimeout(() => child.kill("SIGKILL"), run.graceMs ?? nxGraceMs).unref();
  };
  for (const signal of stopSignals) process.on(signal, stop);
  for (const stream of outputs) stream.on("error", unread);
  try {
    const log = createWriteStream(logFile);
    log.on("error", ({ message }) => {
      run.progress(`the log is not whole: ${message}`);
      // What is piped nowhere any more would stand still.
      child.all.resume();
    });
    child.all.pipe(log);
    for await (const text of child.iterable({ from: "all" })) line(text);
    const { exitCode = 1 } = await child;
    const folder = await newestRun(workspaceRoot, startedMs);
    if (folder !== undefined && exitCode !== 0) await waitForTasks(folder, run.progress);
    return stoppedBy === undefined || exitCode === 0
      ? { exitCode, wasStopped: false, folder }
      : { exitCode: 128 + constants.signals[stoppedBy], wasStopped: true, folder };
  } finally {
    for (const signal of stopSignals) process.off(signal, stop);
    for (const stream of outputs) stream.off("error", unread);
  }
}

/**
 * Nx waits for its tasks, unless it dies: as it does when Ctrl-C ends a process of a batch before Nx has told it all
 * (an unhandled EPIPE of its channel, Nx 24.0). The others still take away then what they had begun.
 */
async function waitForTasks(folder: string, progress: (text: string) => void): Promise<void> {
  const untilMs = Date.now() + tasksGraceMs;
  let running = await readRunning(folder);
  if (running.length > 0) progress(`waiting for ${running.toSorted().join(", ")} to stop`);
  while (running.length > 0 && Date.now() < untilMs) {
    await pause(askEveryMs);
    running = await readRunning(folder);
  }
}
