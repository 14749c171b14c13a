import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import type { Finished, RunProgram } from "../process.ts";
import type { Requirement } from "../show-deps/merge.ts";
import type { Runtime } from "./runtime.ts";

/** How the environment of a package is made. */
export type Maker = {
  readonly key: string;
  readonly runtime: Runtime;
  /** The package's files in the store. */
  readonly filesFolder: string;
  /** Whether dependencies may run code of theirs while they are installed. */
  readonly allowsBuilds: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: RunProgram;
  readonly signal: AbortSignal;
};

/** One that is being made. */
export type Making = {
  /** Absolute; what is made lies here, until it is whole. */
  readonly partial: string;
  /** Absolute; where it will lie. */
  readonly folder: string;
  readonly needs: readonly Requirement[];
  /** The versions that were chosen when it was made before, as the installing program writes them. */
  readonly chosen: string | undefined;
};

/** The versions that were chosen; `undefined` where the program is too old to say. */
export type Made = Result<string | undefined, PackagesFailure>;

const timeoutMs = 10 * 60_000;
const mostOutputLines = 20;

export async function step(
  maker: Maker,
  folder: string,
  [file = "", ...args]: readonly string[],
): Promise<Result<undefined, PackagesFailure>> {
  return outcomeOf(maker, [file, ...args], await runStep(maker, folder, [file, ...args]));
}

export async function runStep(
  { environment, signal, run }: Maker,
  folder: string,
  [file = "", ...args]: readonly string[],
): Promise<Finished> {
  return run(file, args, { cwd: folder, environment, signal, timeoutMs });
}

export function outcomeOf(
  { key }: Maker,
  [file = "", ...args]: readonly string[],
  done: Finished,
): Result<undefined, PackagesFailure> {
  const command = [path.basename(file), ...args.slice(0, 3)].join(" ");
  const failed = (output: string): Result<never, PackagesFailure> =>
    fail({ reason: "environment-failed", key, command, output });
  if (done.state === "stopped") return fail({ reason: "environment-stopped", key });
  if (done.state === "timed-out") return failed(`not done after ${timeoutMs / 1000} s`);
  if (done.state === "not-started") return failed(`there is no program ${file}`);
  return done.exitCode === 0 ? ok(undefined) : failed(lastLines(done.output));
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-mostOutputLines).join("\n");
}
