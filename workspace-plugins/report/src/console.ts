import type { Outcome, Result } from "@slipway/signature";
import type { Failure } from "./failures.ts";
import { openLines } from "./lines.ts";
import type { Lines } from "./lines.ts";
import { renderFailure, renderResult } from "./render.ts";

/** The only writer to a terminal. Results and tables go to stdout, failures and progress to stderr. */
export type Console = Lines & {
  readonly result: (result: Result<Outcome, Failure>) => void;
  /** `of` is whose it is, where several were asked for. */
  readonly failure: (failure: Failure, of?: string) => void;
};

export function openConsole(): Console {
  return {
    ...openLines(),
    result: (result) =>
      void (result.ok ? process.stdout : process.stderr).write(renderResult(result)),
    failure: (failure, of) => void process.stderr.write(renderFailure(failure, of)),
  };
}
