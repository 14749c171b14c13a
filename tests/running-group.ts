import { spawn } from "node:child_process";

export type Ended = { readonly code: number; readonly output: string };

/** A running command, in a process group of its own as a shell would start it. */
export type RunningGroup = {
  /** What it has printed by the time that it has printed the text. */
  readonly until: (text: string) => Promise<string>;
  /** To the whole group: what Ctrl-C does with SIGINT. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
};

/** Runs a program on the Node that runs us. */
export function startGroup(
  words: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): RunningGroup {
  const child = spawn(process.execPath, words, {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  const take = (bytes: Buffer): void => {
    output += bytes.toString("utf8");
    for (const look of waiting) look();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
  return {
    ended,
    signal: (signal) => {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    },
    until: async (text) => {
      const seen = new Promise<"seen">((resolve) => {
        const look = (): void => {
          if (output.includes(text)) resolve("seen");
        };
        waiting.add(look);
        look();
      });
      const first = await Promise.race([seen, ended]);
      if (first !== "seen") throw new Error(`the run ended before it said "${text}":\n${output}`);
      return output;
    },
  };
}
