import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { DeployTarget } from "../definition/target.ts";
import type { ProcessesFailure } from "../failure.ts";
import { findLocalNetwork } from "../network/local-network.ts";
import type { MadeFrom } from "../network/network.ts";
import { openLedger } from "../record/ledger.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import type { Candidate } from "./candidate.ts";
import { isOurModule, readLiveMemory } from "./live-memory.ts";
import type { LiveMemoryEffects } from "./live-memory.ts";
import { identityOf, madeUpLinks, newCandidates } from "./new-process.ts";
import { candidateOf } from "./source.ts";
import type { Source } from "./source.ts";

type Task = Pick<
  TaskContext,
  "workspaceRoot" | "projectRoot" | "projectName" | "signal" | "counted"
>;

/** A deploy target as far as its processes can be read; no wallet is asked for. */
type Environment = {
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
  const fresh = new Map(
    newCandidates(task.projectName, sources).map((each) => [each.process, each]),
  );
  const candidates: Candidate[] = [];
  for (const source of sources) {
    const record = environment.value.record.processes[source.name];
    const asNew = fresh.get(source.name);
    if (asNew === undefined) throw new Error("internal: a source without a candidate");
    if (record?.state !== "deployed") {
      candidates.push({ ...asNew, notLive: "not-deployed" });
      continue;
    }
    const known = deployedCandidate(task.projectName, source, record, environment.value);
    const live = await onLiveMemory(known, environment.value.cu, liveEffects(task));
    if (!live.ok) return live;
    candidates.push(live.value);
  }
  return ok(candidates);
}

/** The candidate on a copy of what its process holds, where the compute unit serves it and our module can run it. */
export async function onLiveMemory(
  candidate: Candidate,
  cu: string | undefined,
  effects: LiveMemoryEffects,
): Promise<Result<Candidate, ProcessesFailure>> {
  const { id, module } = candidate.identity;
  if (cu === undefined) return ok({ ...candidate, notLive: "unserved" });
  if (!isOurModule(module)) return ok({ ...candidate, notLive: "other-module" });
  const memory = await readLiveMemory(cu, id, effects);
  if (!memory.ok) return memory;
  if (memory.value === "unserved") return ok({ ...candidate, notLive: "unserved" });
  return ok({ ...candidate, upgrade: { from: "live", memory: memory.value } });
}

function deployedCandidate(
  project: string,
  source: Source,
  record: Extract<ProcessRecord, { readonly state: "deployed" }>,
  { target, made, record: { processes } }: Environment,
): Candidate {
  const { name, definition } = source;
  const { process: id, owner } = record;
  const known = definition.needs.flatMap((need) => {
    const process = processes[need]?.process;
    return process === undefined ? [] : [[need, process] as const];
  });
  const links = { ...madeUpLinks(project, definition.needs), ...Object.fromEntries(known) };
  const identity = identityOf(definition, { ...made, id, owner, name });
  return candidateOf(source, { mode: target.mode, links, earlier: record.handlers, identity });
}

async function readEnvironment(
  { workspaceRoot, projectRoot, projectName }: Task,
  deployTarget: string,
): Promise<Result<Environment, ProcessesFailure>> {
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const { targets } = definition.value;
  const target = targets[deployTarget];
  const known = Object.keys(targets);
  if (target === undefined) return fail({ reason: "deploy-target-unknown", deployTarget, known });
  const isLocal = target.network === "local";
  const place = { workspaceRoot, projectRoot, project: projectName, deployTarget, isLocal };
  const record = await openLedger(place).read();
  if (!record.ok) return record;
  if (target.network !== "local") {
    const cu = target.mode === "legacy" ? target.cu : undefined;
    return ok({ target, made: target, cu, record: record.value });
  }
  const found = await findLocalNetwork(workspaceRoot, target.mode);
  if (!found.ok) return found;
  const { site, made } = found.value;
  const cu = site.mode === "legacy" ? site.cu : undefined;
  return ok({ target, made, cu, record: record.value });
}

function liveEffects({ signal, counted }: Task): LiveMemoryEffects {
  return { signal, counted: (question) => counted("ao-network", question) };
}
