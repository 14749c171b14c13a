import path from "node:path";
import { ok, replaceFolder, shortDigest, writeJson } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import { preflightOf } from "../definition/target.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";
import { newCandidates } from "./new-process.ts";
import { judgePreflight, preflight } from "./preflight.ts";
import type { PreflightEffects } from "./preflight.ts";
import type { PreflightReport } from "./report.ts";
import { readSources } from "./source.ts";

export type PreflightTask = Pick<
  TaskContext,
  "workspaceRoot" | "projectRoot" | "projectName" | "signal" | "progress"
>;

type Settings = Pick<PreflightEffects, "environment" | "timeoutMs">;

const preflightFolder = "dist/ao-preflight";

/** Tries every process of a project as a new one; leaves the report under `dist/ao-preflight`, also of a failure. */
export async function preflightProject(
  task: PreflightTask,
  settings: Settings = {},
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const sources = await readSources(task);
  if (!sources.ok) return sources;
  const effects = {
    ...settings,
    signal: task.signal,
    progress: task.progress ?? (() => undefined),
  };
  const report = await preflight(newCandidates(task.projectName, sources.value), effects);
  if (!report.ok) return report;
  const folder = path.join(task.workspaceRoot, task.projectRoot, preflightFolder);
  await replaceFolder(folder, async (partial) => {
    await writeJson(path.join(partial, "report.json"), report.value);
    return ok(report.value);
  });
  const judged = judgePreflight(report.value, { acceptStateLoss: false });
  return judged.ok
    ? ok({ state: "done", cause: "code-tried", facts: factsOf(judged.value) })
    : judged;
}

/** The same where a deploy target wants it of what is bundled: for who deploys without the target `ao-preflight`. */
export async function preflightFor(
  task: PreflightTask,
  deployTarget: string,
): Promise<Result<void, ProcessesFailure>> {
  const definition = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!definition.ok) return definition;
  const target = definition.value.targets[deployTarget];
  if (target === undefined || preflightOf(target) !== "fresh") return ok(undefined);
  const tried = await preflightProject(task);
  return tried.ok ? ok(undefined) : tried;
}

/** One process by its state and handlers; several by their states. */
function factsOf({ processes }: PreflightReport): Outcome["facts"] {
  const evaluated = processes.flatMap((each) => ("changes" in each ? [each] : []));
  const warnings = evaluated.reduce((sum, { changes }) => sum + changes.length, 0);
  const untried = processes.flatMap((each) => (each.verdict === "not-tried" ? [each.process] : []));
  const warned = {
    ...(warnings === 0 ? {} : { warnings }),
    ...(untried.length === 0 ? {} : { "not tried": untried.join(", ") }),
  };
  const [first] = evaluated;
  if (processes.length > 1 || first === undefined) {
    const states = evaluated.map(
      ({ process, stateDigest }) => [process, shortDigest(stateDigest)] as const,
    );
    return { ...Object.fromEntries(states), ...warned };
  }
  const { stateDigest, checks, handlers } = first;
  const state = shortDigest(stateDigest);
  return { state, handlers: handlers.after.length, checks, ...warned };
}
