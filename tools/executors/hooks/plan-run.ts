import { existsSync } from "node:fs";
import path from "node:path";
import type { ProjectGraph } from "@nx/devkit";
import type { Failure } from "@slipway/report";
import {
  actionsFolder,
  declaredVariables,
  explainSignature,
  ok,
  openStamps,
  openWorkspaceTree,
  ownFact,
  readRecordedAction,
  readSuccesses,
} from "@slipway/signature";
import type {
  NamedInputs,
  SignedTarget,
  Successes,
  TargetDefinition,
  TargetName,
} from "@slipway/signature";
import { askOnce, imagesQuestion, noteAsked } from "../session/run-folder.ts";
import { writePlannedInputs, writeRunPlan } from "../session/run-plan.ts";
import type { PlannedTarget } from "../session/run-plan.ts";
import { writeSignatureTexts } from "../session/signature-texts.ts";
import { probeEngine } from "./engine-facts.ts";
import { ownFacts } from "./own-facts.ts";
import { eachOf, signIn } from "./sign-now.ts";
import { idsToSign, signatureFiles, writeSignatureFacts } from "./signature-files.ts";

const ownExecutors = "@slipway/executors:";
/** Of a target that only needs others. */
const groupExecutor = "nx:noop";

type SignedPlan = Extract<PlannedTarget, { readonly state: "signed" }>;

type Run = {
  readonly workspaceRoot: string;
  readonly folder: string;
  readonly graph: ProjectGraph;
  readonly namedInputs: NamedInputs | undefined;
  /** What the command can reach, by id. */
  readonly targets: ReadonlyMap<string, TargetName>;
};

/**
 * Finds the facts of this command and writes down each target's action and what has changed in it since its last
 * success. What cannot be found out is not a failure of the command: the target concerned tells it.
 */
export async function planRun(run: Run): Promise<Readonly<Record<string, string>>> {
  const { workspaceRoot, graph, namedInputs, targets, folder } = run;
  // Signing ends when it is done: without it a target could be served what it did not make.
  const { signal } = new AbortController();
  const engine = await probeEngine({
    workspaceRoot,
    targets: new Set([...targets.values()].map(({ target }) => target)),
    variables: process.env,
    counted: (question) =>
      noteAsked(folder, { world: "engine", question, task: "before the tasks" }),
  });
  const { images, facts } = engine;
  if (images !== undefined) await askOnce(folder, imagesQuestion, async () => images);
  const sinceMs = Date.now();
  const tree = await openWorkspaceTree(workspaceRoot, signal);
  const request = { graph, namedInputs, facts, ids: idsToSign(targets, graph), signal };
  const all = tree.ok ? await signIn(tree.value, request) : tree;
  const files = await signatureFiles(targets, { graph, tree, signed: all }, signal);
  if (tree.ok) await tree.value.save({ isSparing: true });
  await writeSignatureTexts(folder, files);
  writeSignatureFacts(workspaceRoot, targets, files);
  const signed = eachOf(targets.keys(), all);
  const outputs = [...signed.values()].flatMap((target) =>
    target.ok ? target.value.definition.outputs : [],
  );
  const stampsOf = openStamps(workspaceRoot, { sinceMs, outputs });
  const successes = await readSuccesses(actionsFolder(workspaceRoot));
  const planned: PlannedTarget[] = [];
  for (const [id, result] of signed) {
    const file = files.get(id);
    const isKeyed = result.ok && file === undefined;
    const undeclared = isKeyed ? undeclaredFact(run, result.value.definition) : undefined;
    if (file?.ok === false) planned.push({ id, state: "unsigned", failure: file.failure });
    else if (!result.ok) planned.push({ id, state: "unsigned", failure: result.failure });
    else if (undeclared !== undefined) {
      planned.push({ id, state: "unsigned", failure: undeclared });
    } else if (isRecorded(result.value, file !== undefined, successes)) {
      planned.push(recordedPlan(workspaceRoot, result.value.definition));
    } else {
      const target = await planTarget(workspaceRoot, id, result.value, successes);
      planned.push(target);
      // A target with such a file reads nothing but that.
      if (!target.action.cached || file !== undefined) continue;
      await writePlannedInputs(folder, id, stampsOf(await result.value.readFiles()));
    }
  }
  await writeRunPlan(folder, planned);
  const keyed = new Map([...targets].filter(([id]) => !files.has(id)));
  return { ...facts, ...ownFacts(keyed, signed) };
}

/** A cached target of our own executors that Nx would not tell from one with other inputs. */
function undeclaredFact(run: Run, definition: TargetDefinition): Failure | undefined {
  const name = run.targets.get(definition.id);
  const target = run.graph.nodes[name?.project ?? ""]?.data.targets?.[name?.target ?? ""];
  if (name === undefined || target === undefined) return undefined;
  if (!definition.isCached || !definition.executor.startsWith(ownExecutors)) return undefined;
  const variable = ownFact(name.project, name.target);
  const declared = declaredVariables(run.graph, run.namedInputs ?? {}, name.project, target);
  if (declared.includes(variable)) return undefined;
  return { reason: "own-fact-undeclared", target: definition.id, variable };
}

/** Its action would be listed for nobody: a cached target's files are looked at again around its work, but for one keyed by a file. */
function isRecorded(signed: SignedTarget, hasFile: boolean, successes: Successes): boolean {
  const { definition, signature } = signed;
  return successes.get(definition.id) === signature && (hasFile || !definition.isCached);
}

function recordedPlan(workspaceRoot: string, definition: TargetDefinition): PlannedTarget {
  const { id, isCached, upstreams } = definition;
  const missingOutputs = isCached ? missingOf(workspaceRoot, definition.outputs) : [];
  return {
    id,
    state: "recorded",
    isCached,
    upstreams,
    missingOutputs,
    ...(definition.executor === groupExecutor && { isGroup: true }),
  };
}

function missingOf(workspaceRoot: string, outputs: readonly string[]): readonly string[] {
  return outputs.filter((output) => !existsSync(path.join(workspaceRoot, output)));
}

async function planTarget(
  workspaceRoot: string,
  id: string,
  signed: SignedTarget,
  successes: Successes,
): Promise<SignedPlan> {
  const action = await signed.action();
  // A record names every file: it is read only for a target that has something to explain.
  const isSame = successes.get(id) === signed.signature;
  const recorded = isSame
    ? ok(action)
    : await readRecordedAction(actionsFolder(workspaceRoot), id, successes.get(id));
  const missingOutputs = action.cached ? missingOf(workspaceRoot, action.outputs) : [];
  const differences = explainSignature(recorded.ok ? recorded.value : undefined, action);
  const isGroup = signed.definition.executor === groupExecutor && { isGroup: true };
  return { id, state: "signed", action, differences, missingOutputs, ...isGroup };
}
