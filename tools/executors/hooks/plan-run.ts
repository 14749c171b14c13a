import { existsSync } from "node:fs";
import path from "node:path";
import type { ProjectGraph } from "@nx/devkit";
import { actionsFolder, explainSignature, readRecordedAction } from "@slipway/signature";
import type { NamedInputs, SignedTarget } from "@slipway/signature";
import { askOnce, imagesQuestion, noteAsked } from "../session/run-folder.ts";
import { writeRunPlan } from "../session/run-plan.ts";
import type { PlannedTarget } from "../session/run-plan.ts";
import { probeEngine } from "./engine-facts.ts";
import { filesFacts, signNow } from "./sign-now.ts";
import type { Facts } from "./sign-now.ts";

type Run = {
  readonly workspaceRoot: string;
  readonly folder: string;
  readonly graph: ProjectGraph;
  readonly namedInputs: NamedInputs | undefined;
  readonly targets: ReadonlySet<string>;
};

/** How long the hook may hold up a command; past it the tasks run without a reason beside them. */
const planLimitMs = 60_000;

/**
 * Finds the facts of this command and writes down each target's action and what has changed in it since its last
 * success. What cannot be found out is not a failure of the command: the target concerned tells it.
 */
export async function planRun(run: Run): Promise<Facts> {
  const { workspaceRoot, graph, namedInputs, targets, folder } = run;
  const signal = AbortSignal.timeout(planLimitMs);
  const counted = (question: string): void =>
    noteAsked(folder, { world: "engine", question, task: "before the tasks" });
  const [files, engine] = await Promise.all([
    filesFacts(workspaceRoot, graph, signal),
    probeEngine({ workspaceRoot, targets, variables: process.env, counted }),
  ]);
  const { images } = engine;
  if (images !== undefined) await askOnce(folder, imagesQuestion, async () => images);
  const facts = { ...files, ...engine.facts };
  const signed = await signNow({ workspaceRoot, graph, namedInputs, facts, signal });
  if (!signed.ok) return facts;
  const planned = [...signed.value].flatMap(([id, target]) =>
    target.ok ? [planTarget(workspaceRoot, id, target.value)] : [],
  );
  await writeRunPlan(folder, await Promise.all(planned));
  return facts;
}

async function planTarget(
  workspaceRoot: string,
  id: string,
  signed: SignedTarget,
): Promise<PlannedTarget> {
  const action = signed.action();
  const recorded = await readRecordedAction(actionsFolder(workspaceRoot), id);
  const missingOutputs = action.outputs.filter(
    (output) => action.cached && !existsSync(path.join(workspaceRoot, output)),
  );
  return {
    id,
    action,
    differences: explainSignature(recorded.ok ? recorded.value : undefined, action),
    missingOutputs,
  };
}
