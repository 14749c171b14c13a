import { settingsOf } from "../deploy/spawn-settings.ts";
import type { SpawnPlace } from "../deploy/spawn-settings.ts";
import type { Links } from "../evaluated-text.ts";
import { candidateOf } from "./candidate.ts";
import type { Candidate } from "./candidate.ts";
import { idOfText } from "./machine.ts";
import { goalOf } from "./source.ts";
import type { Source } from "./source.ts";

/** Every process of a project as a new one, that nobody knows. */
export function newCandidates(project: string, sources: readonly Source[]): readonly Candidate[] {
  return sources.map((source) => newCandidate(project, source));
}

export function newCandidate(project: string, source: Source): Candidate {
  const { name, definition, fileOf } = source;
  const settings = settingsOf(name, definition, madeUpPlace(project));
  const links = madeUpLinks(project, definition.needs);
  const id = madeUpId(project, name);
  return candidateOf(goalOf(source, settings), definition, { id, links, earlier: [], fileOf });
}

/** Ids of processes that nobody spawned. */
export function madeUpLinks(project: string, needs: readonly string[]): Links {
  return Object.fromEntries(needs.map((name) => [name, madeUpId(project, name)]));
}

export function madeUpId(project: string, process: string): string {
  return idFor(project, `process ${process}`);
}

/** Where nothing is: ids that no item has, the same for the same project. */
function madeUpPlace(project: string): SpawnPlace {
  const made = {
    module: idFor(project, "module"),
    scheduler: idFor(project, "scheduler"),
    authority: idFor(project, "authority"),
  };
  const owner = idFor(project, "owner");
  return { mode: "legacy", made, owner, project, deployTarget: "preflight" };
}

function idFor(project: string, role: string): string {
  return idOfText(`slipway preflight ${role} of ${project}`);
}
