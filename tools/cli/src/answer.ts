import type { Failure } from "@slipway/report";
import { openLines } from "@slipway/report/lines";
import { columns } from "@slipway/report/table";
import type { Outcome, Result } from "@slipway/signature";
import { interruptSignal } from "./interrupt.ts";
import { tellResult } from "./tell.ts";

/** How a command is stopped, says what it is at, and answers. */
export type Answer = {
  /** Aborted by Ctrl-C; a second one ends the process. */
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** The result as the words or, with `json`, as one object; answers with the exit code. */
  readonly tell: (result: Result<Outcome, Failure>) => Promise<0 | 1>;
  /** What was asked for, in aligned rows or, with `json`, as one object. */
  readonly show: (
    found: Readonly<Record<string, unknown>>,
    rows: readonly (readonly string[])[],
  ) => 0;
};

export function openAnswer({ json = false }: { readonly json?: boolean } = {}): Answer {
  const { line, progress } = openLines();
  return {
    signal: interruptSignal(),
    progress,
    tell: async (result) => tellResult(result, { json }),
    show: (found, rows) => {
      if (json) line(JSON.stringify({ schema: 1, ...found }, undefined, 2));
      else for (const text of columns(rows)) line(text);
      return 0;
    },
  };
}
