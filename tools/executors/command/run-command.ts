import path from "node:path";
import type { Failure } from "@slipway/report";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, RecordedAction, Result } from "@slipway/signature";
import type { output } from "zod";
import { commandEnvironment } from "./environment.ts";
import { maskSecrets } from "./masking.ts";
import type { Options } from "./options.ts";
import { missingOutputs, oddFiles, removeOutputs, unsafeOutputs } from "../session/outputs.ts";
import { runProgram } from "./program.ts";
import type { ProgramEnd } from "./program.ts";

/** How much of what a command wrote its failure tells. */
const lastLines = 20;

/**
 * Runs a command on what its target declares and nothing else. Its outputs are gone before it begins, and again when it
 * fails: nothing of one run is taken for the result of another.
 */
export async function runCommand(task: {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly action: Pick<RecordedAction, "env" | "files" | "outputs">;
  readonly options: output<typeof Options>;
  readonly ambient: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}): Promise<Result<Outcome, Failure>> {
  const { workspaceRoot, action, options, signal, progress } = task;
  const { outputs } = action;
  const cwd = options.cwd ?? task.projectRoot;
  const unsafe = unsafeOutputs(workspaceRoot, outputs, {
    projectRoot: task.projectRoot,
    files: action.files,
  });
  if (unsafe.length > 0) return fail({ reason: "outputs-unsafe", outputs: unsafe });
  await removeOutputs(workspaceRoot, outputs);
  const tail: string[] = [];
  const masked = maskSecrets(action.env, task.ambient);
  const [file = "", ...args] =
    typeof options.command === "string" ? ["/bin/sh", "-c", options.command] : options.command;
  const end = await runProgram({
    file,
    args,
    cwd: path.join(workspaceRoot, cwd),
    env: commandEnvironment({
      workspaceRoot,
      ambient: task.ambient,
      declared: action.env.map(({ name }) => name),
      options: options.env,
    }),
    timeoutMs: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
    signal,
    line: (printed) => {
      const line = masked(printed);
      progress(line);
      tail.push(line);
      if (tail.length > lastLines) tail.shift();
    },
  });
  const result = outcomeOf(end, { workspaceRoot, outputs, options, cwd, tail });
  if (!result.ok) await removeOutputs(workspaceRoot, outputs);
  return result;
}

function outcomeOf(
  end: ProgramEnd,
  of: {
    readonly workspaceRoot: string;
    readonly outputs: readonly string[];
    readonly options: output<typeof Options>;
    readonly cwd: string;
    readonly tail: readonly string[];
  },
): Result<Outcome, Failure> {
  const { workspaceRoot, outputs, options, cwd, tail } = of;
  const command = typeof options.command === "string" ? options.command : options.command.join(" ");
  const text = tail.join("\n");
  switch (end.state) {
    case "stopped":
      return fail({ reason: "command-stopped", command });
    case "timed-out": {
      const timeoutSeconds = options.timeoutSeconds ?? 0;
      return fail({ reason: "command-timed-out", command, timeoutSeconds, output: text });
    }
    case "not-started":
      return fail({ reason: "command-not-started", command, cwd, code: end.code });
    case "exited": {
      if (end.exitCode !== 0) {
        const how = end.exitCode === undefined ? (end.killedBy ?? "") : String(end.exitCode);
        return fail({ reason: "command-failed", command, end: how, output: text });
      }
      const missing = missingOutputs(workspaceRoot, outputs);
      if (missing.length > 0) return fail({ reason: "outputs-missing", command, outputs: missing });
      const [odd] = oddFiles(workspaceRoot, outputs);
      if (odd !== undefined) return fail({ reason: "output-odd", ...odd });
      return ok({ state: "done", cause: "command-ran", facts: {} });
    }
  }
}
