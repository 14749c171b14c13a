/** Answers with the exit code: 0 it is done or answered, 1 it failed, 2 it was not called as it can be. */
export type Runner = (call: Call) => Promise<number>;

export type Call = {
  readonly workspaceRoot: string;
  /** What follows the command's name. */
  readonly args: readonly string[];
};

export const usageExitCode = 2 as const;
