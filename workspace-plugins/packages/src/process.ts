export type Read =
  | { readonly state: "done"; readonly output: string }
  | { readonly state: "absent" }
  | { readonly state: "timed-out"; readonly output: string }
  | { readonly state: "ended"; readonly output: string; readonly complaint: string };

/** With the first program that is run: a hundred modules, and most commands run none. */
async function loadExeca() {
  return (await import("execa")).execa;
}

const mostOutputBytes = 256 * 1024 * 1024;

/**
 * A program that answers to its standard input. It gets `PATH` and `HOME` and nothing else of the environment, so that
 * no variable makes it load what it should only read. Stopping it by the signal is an exception.
 */
export async function askReader(
  program: string,
  args: readonly string[],
  options: {
    readonly input: string;
    readonly signal: AbortSignal;
    readonly limitMs: number;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): Promise<Read> {
  const { input, signal, limitMs } = options;
  const { PATH, HOME } = options.environment;
  const execa = await loadExeca();
  const ended = await execa(program, args, {
    input,
    cancelSignal: signal,
    timeout: limitMs,
    forceKillAfterDelay: 1000,
    maxBuffer: mostOutputBytes,
    env: { ...(PATH !== undefined && { PATH }), ...(HOME !== undefined && { HOME }) },
    extendEnv: false,
    reject: false,
  });
  signal.throwIfAborted();
  if (!ended.failed) return { state: "done", output: ended.stdout };
  if (ended.code === "ENOENT") return { state: "absent" };
  if (ended.timedOut) return { state: "timed-out", output: ended.stdout };
  return { state: "ended", output: ended.stdout, complaint: ended.stderr };
}

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
  const execa = await loadExeca();
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
