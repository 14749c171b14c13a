import { execa } from "execa";

export type Finished =
  | { readonly state: "ended"; readonly exitCode: number; readonly output: string }
  /** There is no such program, or it is none. */
  | { readonly state: "not-started" }
  | { readonly state: "timed-out" }
  | { readonly state: "stopped" };

export type ProgramOptions = {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

/** Runs one of the programs that prepare an environment, or says of itself which version it is. */
export type RunProgram = (
  file: string,
  args: readonly string[],
  options: ProgramOptions,
) => Promise<Finished>;

/** Ends with all that it has started: as it is asked, or by force five seconds later. */
export const runProgram: RunProgram = async (file, args, options) => {
  const result = await execa(file, args, {
    cwd: options.cwd,
    env: options.environment,
    extendEnv: false,
    cancelSignal: options.signal,
    timeout: options.timeoutMs,
    forceKillAfterDelay: 5000,
    // It would end us at Ctrl-C, before what is half-made is gone; the signal ends the program as well.
    cleanup: false,
    reject: false,
    all: true,
    stdin: "ignore",
    maxBuffer: 16 * 1024 * 1024,
  });
  if (result.isCanceled) return { state: "stopped" };
  if (result.timedOut) return { state: "timed-out" };
  if (result.exitCode === undefined && result.signal === undefined) return { state: "not-started" };
  return { state: "ended", exitCode: result.exitCode ?? 1, output: result.all };
};
