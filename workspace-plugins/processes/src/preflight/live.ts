import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { DeployTarget } from "../definition/target.ts";
import { settingsOf } from "../deploy/spawn-settings.ts";
import type { ProcessesFailure } from "../failure.ts";
import { findLocalNetwork } from "../network/local-network.ts";
import type { MadeFrom } from "../network/network.ts";
import { environmentOf } from "../record/environment.ts";
import { openLedger } from "../record/ledger.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import { candidateOf } from "./candidate.ts";
import type { Candidate } from "./candidate.ts";
import { onLiveMemory } from "./live-memory.ts";
import { madeUpLinks, newCandidate } from "./new-process.ts";
import { goalOf } from "./source.ts";
import type { Source } from "./source.ts";

type Task = Pick<
  TaskContext,
  "workspaceRoot" | "projectRoot" | "projectName" | "signal" | "counted"
>;

/** A deploy target as far as its processes can be read; no wallet is asked for. */
type Environment = {
  readonly deployTarget: string;
  readonly target: DeployTarget;
  readonly made: MadeFrom;
  /** Of mode legacy alone. */
  readonly cu: string | undefined;
  readonly record: EnvironmentRecord;
};

/** Every process of a project as an upgrade of what a deploy target holds now, as far as that can be read. */
export async function liveCandidates(
  task: Task,
  deployTarget: string,
  sources: readonly Source[],
): Promise<Result<readonly Candidate[], ProcessesFailure>> {
  const environment = await readEnvironment(task, deployTarget);
  if (!environment.ok) return environment;
  const candidates: Candidate[] = [];
  for (const source of sources) {
    const record = environment.value.record.processes[source.name];
    if (record?.state !== "deployed") {
      candidates.push({ ...newCandidate(task.projectName, source), notLive: "not-deployed" });
      continue;
    }
    const known = deployedCandidate(task.projectName, source, record, environment.value);
    const live = await onLiveMemory(task, known, environment.value.cu);
    if (!live.ok) return live;
    candidates.push(live.value);
  }
  return ok(candidates);
}

function deployedCandidate(
  project: string,
  source: Source,
  record: Extract<ProcessRecord, { readonly state: "deployed" }>,
  { deployTarget, target, made, record: { processes } }: Environment,
): Candidate {
  const { name, definition, fileOf } = source;
  const { process: id, owner, handlers: earlier } = record;
  const known = definition.needs.flatMap((need) => {
    const process = processes[need]?.process;
    return process === undefined ? [] : [[need, process] as const];
  });
  const links = { ...madeUpLinks(project, definition.needs), ...Object.fromEntries(known) };
  const { mode } = target;
  const settings = settingsOf(name, definition, { mode, made, owner, project, deployTarget });
  return candidateOf(goalOf(source, settings), definition, { id, links, earlier, fileOf });
}

async function readEnvironment(
  task: Task,
  deployTarget: string,
): Promise<Result<Environment, ProcessesFailure>> {
  const { workspaceRoot, projectRoot } = task;
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const known = environmentOf(task, definition.value, deployTarget);
  if (!known.ok) return known;
  const { environment, target } = known.value;
  const record = await openLedger(environment).read();
  if (!record.ok) return record;
  if (target.network !== "local") {
    const cu = target.mode === "legacy" ? target.cu : undefined;
    return ok({ deployTarget, target, made: target, cu, record: record.value });
  }
  const found = await findLocalNetwork(workspaceRoot, target.mode);
  if (!found.ok) return found;
  const { site, made } = found.value;
  const cu = site.mode === "legacy" ? site.cu : undefined;
  return ok({ deployTarget, target, made, cu, record: record.value });
}
