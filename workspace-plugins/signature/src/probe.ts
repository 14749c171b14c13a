import type { ProbeFailure } from "./failure.ts";
import { endingGroup } from "./process-group.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** What a command prints about itself, without white space around it. */
export type ProbeTool = (
  command: string,
  signal: AbortSignal,
) => Promise<Result<string, ProbeFailure>>;

const standardLimitMs = 10_000;
const largestOutputBytes = 64 * 1024;

/**
 * Runs probes at the root of a workspace with nothing of the environment but `PATH` and `HOME`, in the C locale. What
 * counts is standard output and error together.
 */
export function probeIn(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
  limitMs = standardLimitMs,
): ProbeTool {
  const { PATH, HOME } = environment;
  return async (command, signal) => {
    signal.throwIfAborted();
    // Loaded here: most targets declare no probe, and it takes longer than all of ours.
    const { execa } = await import("execa");
    const running = execa(command, {
      shell: "/bin/sh",
      cwd: root,
      env: {
        LC_ALL: "C",
        ...(PATH !== undefined && { PATH }),
        ...(HOME !== undefined && { HOME }),
      },
      extendEnv: false,
      stdin: "ignore",
      all: true,
      reject: false,
      maxBuffer: largestOutputBytes,
      detached: true,
    });
    const { end, isTimedOut } = await endingGroup(running, { signal, limitMs });
    const { all: output, exitCode: code, failed, isMaxBuffer } = end;
    signal.throwIfAborted();
    if (isTimedOut) return fail({ reason: "probe-timed-out", command, limitMs, output });
    // What it ended with when nobody read on says nothing.
    const exitCode = isMaxBuffer ? undefined : code;
    if (failed) return fail({ reason: "probe-failed", command, exitCode, output });
    return ok(output.trim());
  };
}
