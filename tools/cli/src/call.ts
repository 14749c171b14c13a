/** Answers with the exit code: 0 it is done or answered, 1 it failed, 2 it was not called as it can be. */
export type Runner = (call: Call) => Promise<number>;

export type Call = {
  readonly workspaceRoot: string;
  /** What follows the command's name. */
  readonly args: readonly string[];
  /** All that this program has. */
  readonly commands: readonly Described[];
};

/** What is said of a command to people and to their shells. */
export type Described = {
  /** The words that call it. */
  readonly name: string;
  /** What comes after them, for people. */
  readonly takes: string;
  readonly does: string;
  readonly options?: Readonly<Record<string, string>>;
};

export const usageExitCode = 2 as const;
