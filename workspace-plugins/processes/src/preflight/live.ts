import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { placeOf } from "../deploy/place.ts";
import { settingsOf } from "../deploy/spawn-settings.ts";
import type { SpawnPlace } from "../deploy/spawn-settings.ts";
import type { ProcessesFailure } from "../failure.ts";
import { readEnvironment } from "../record/environment.ts";
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

/** Every process of a project as an upgrade of what a deploy target holds now, as far as that can be read. */
export async function liveCandidates(
  task: Task,
  deployTarget: string,
  sources: readonly Source[],
): Promise<Result<readonly Candidate[], ProcessesFailure>> {
  const found = await readEnvironment(task, deployTarget);
  if (!found.ok) return found;
  const { environment, target } = found.value;
  // No wallet is asked for.
  const place = await placeOf(task, target);
  if (!place.ok) return place;
  const read = await openLedger(environment).read();
  if (!read.ok) return read;
  const { made, memoryAt } = place.value;
  const candidates: Candidate[] = [];
  for (const source of sources) {
    const record = read.value.processes[source.name];
    if (record?.state !== "deployed") {
      candidates.push({ ...newCandidate(task.projectName, source), notLive: "not-deployed" });
      continue;
    }
    const { projectName: project } = task;
    const where = { mode: target.mode, made, owner: record.owner, project, deployTarget };
    const known = deployedCandidate(source, record, where, read.value.processes);
    const live = await onLiveMemory(task, known, memoryAt);
    if (!live.ok) return live;
    candidates.push(live.value);
  }
  return ok(candidates);
}

function deployedCandidate(
  source: Source,
  record: Extract<ProcessRecord, { readonly state: "deployed" }>,
  where: SpawnPlace,
  processes: EnvironmentRecord["processes"],
): Candidate {
  const { name, definition, fileOf } = source;
  const { process: id, handlers: earlier } = record;
  const known = definition.needs.flatMap((need) => {
    const process = processes[need]?.process;
    return process === undefined ? [] : [[need, process] as const];
  });
  const links = { ...madeUpLinks(where.project, definition.needs), ...Object.fromEntries(known) };
  const settings = settingsOf(name, definition, where);
  return candidateOf(goalOf(source, settings), definition, { id, links, earlier, fileOf });
}
