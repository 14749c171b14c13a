import type { Described, Runner } from "./call.ts";

/** One command of the line. Nothing of it is loaded until it is the one that was asked for. */
export type Command = Described & {
  readonly examples?: readonly string[];
  /** It says so where there is no nx.json, before Nx looks through all that lies below. */
  readonly needsWorkspace?: true;
  /** The heading that it stands under among the commands that share its first word. */
  readonly group?: string;
  /** Its exit code can be that of another program. */
  readonly passesOn?: true;
  /** What it is at, for those who wait; absent where it tells so itself, or never takes long. */
  readonly doing?: string;
  readonly load: () => Promise<Runner>;
};
