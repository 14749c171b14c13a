import { execFile } from "node:child_process";
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

function outputOf(error: unknown): string {
  const isOfProgram = error instanceof Error && "stderr" in error;
  const output = isOfProgram ? String(error.stderr).trim() : "";
  return output === "" ? String(error) : output;
}
