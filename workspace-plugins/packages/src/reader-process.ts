import { execa } from "execa";

export type Read =
  | { readonly state: "done"; readonly output: string }
  | { readonly state: "absent" }
  | { readonly state: "timed-out"; readonly output: string }
  | { readonly state: "ended"; readonly output: string; readonly complaint: string };

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
