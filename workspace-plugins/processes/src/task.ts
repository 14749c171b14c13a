/** What a task may use of the world around it; an executor's session has this shape. */
export type TaskContext = {
  readonly workspaceRoot: string;
  /** Relative to the workspace, with slashes. */
  readonly projectRoot: string;
  readonly projectName: string;
  readonly signal: AbortSignal;
  readonly progress?: (line: string) => void;
  /** Asks the outside world once per Nx command, across tasks and processes. */
  readonly once: <Value>(question: string, ask: () => Promise<Value>) => Promise<Value>;
  readonly counted: (world: "ao-network" | "registry", question: string) => void;
};
