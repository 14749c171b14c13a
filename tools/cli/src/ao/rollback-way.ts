import type { Way } from "@slipway/processes";
import { parseDigest } from "@slipway/signature/digest";
import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import type { ArgumentsFailure } from "../arguments.ts";

type Read = { readonly way: Way; readonly rest: readonly string[] };

/**
 * The way back among the words of a command, and the other words: `--to code [<digest> or -<n>]`,
 * `--to process <id> or -<n>`, `--redeploy [<digest> or -<n>]`. They are read apart: -1 looks like an option.
 */
export function takeWay(args: readonly string[]): Result<Read, ArgumentsFailure> {
  const at = args.findIndex((word) => word === "--to" || word === "--redeploy");
  if (at === -1) return invalid("say where to: --to code, --to process <id>, or --redeploy");
  const to = args[at] === "--redeploy" ? "redeploy" : args[at + 1];
  const valueAt = to === "redeploy" ? at + 1 : at + 2;
  const value = args[valueAt];
  const before = args.slice(0, at);
  if (to === "process") {
    const back = backOf(value);
    if (value === undefined || (back === undefined && value.startsWith("-"))) {
      return invalid("--to process needs an id, or -1 for the one before");
    }
    const choice = back === undefined ? value : { back };
    return ok({ way: { to, choice }, rest: [...before, ...args.slice(valueAt + 1)] });
  }
  if (to !== "code" && to !== "redeploy") return invalid(`--to is code or process, not ${to}`);
  const choice = parseDigest(value ?? "") ?? numbered(value);
  const isGiven = choice !== undefined;
  const rest = [...before, ...args.slice(isGiven ? valueAt + 1 : valueAt)];
  return ok({ way: { to, choice: choice ?? { back: 1 } }, rest });
}

function numbered(word: string | undefined): { readonly back: number } | undefined {
  const back = backOf(word);
  return back === undefined ? undefined : { back };
}

/** `-1`: what was before. */
function backOf(word: string | undefined): number | undefined {
  const digits = /^-([1-9]\d{0,3})$/.exec(word ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function invalid(problem: string): Result<never, ArgumentsFailure> {
  return fail({ reason: "arguments-invalid", problem });
}
