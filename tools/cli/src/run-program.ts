import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);
const largestOutputBytes = 64 * 1024 ** 2;

export type Ended =
  | { readonly state: "done"; readonly output: string }
  | { readonly state: "failed"; readonly output: string };

/** Runs a program to its end; stopping it by the signal is an exception. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly environment?: Readonly<Record<string, string | undefined>>;
    readonly signal?: AbortSignal;
  },
): Promise<Ended> {
  const { cwd, signal, environment } = options;
  try {
    const { stdout } = await run(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      maxBuffer: largestOutputBytes,
      ...(signal === undefined ? {} : { signal }),
    });
    return { state: "done", output: stdout };
  } catch (error) {
    signal?.throwIfAborted();
    return { state: "failed", output: outputOf(error) };
  }
}

/** Passed on to a program that runs in our place. */
const forwarded = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

export type Started = {
  readonly program: string;
  readonly args: readonly string[];
  /** Beside ours. */
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * In our place: with our input and outputs, and our exit code or signal is its own. A program does not replace us:
 * pipes that Node has opened would not block it, and signals that Node ignores would be ignored by it.
 */
export async function runInOurPlace({ program, args, environment }: Started): Promise<number> {
  const child = spawn(program, args, {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const listeners = forwarded.map((signal) => {
    // A terminal sends its signals to all of us.
    const isSent = process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT");
    const listener = () => void (isSent || child.kill(signal));
    process.on(signal, listener);
    return { signal, listener };
  });
  await once(child, "close");
  for (const { signal, listener } of listeners) process.off(signal, listener);
  if (child.signalCode === null) return child.exitCode ?? 1;
  process.removeAllListeners(child.signalCode);
  process.kill(process.pid, child.signalCode);
  return 128 + constants.signals[child.signalCode];
}

/** With the terminal as its input; `undefined` where it failed, or is not there. */
export function askAtTerminal(program: string, args: readonly string[]): string | undefined {
  const ended = spawnSync(program, args, {
    stdio: ["inherit", "pipe", "ignore"],
    encoding: "utf8",
    timeout: 5000,
  });
  return ended.status === 0 ? ended.stdout.trim() : undefined;
}

function outputOf(error: unknown): string {
  const isOfProgram = error instanceof Error && "stderr" in error;
  const output = isOfProgram ? String(error.stderr).trim() : "";
  return output === "" ? String(error) : output;
}
