import type { ProcessDefinition } from "../definition/process.ts";
import type { Links } from "../evaluated-text.ts";
import type { Tag } from "../network/tag.ts";
import type { Candidate } from "./candidate.ts";
import { idOfText } from "./machine.ts";
import type { Identity } from "./machine.ts";
import { candidateOf } from "./source.ts";
import type { Source } from "./source.ts";

/** Every process of a project as a new one, that nobody knows. */
export function newCandidates(project: string, sources: readonly Source[]): readonly Candidate[] {
  return sources.map((source) => {
    const { name, definition } = source;
    const identity = identityOf(definition, { ...madeUp(project, name), name });
    const links = madeUpLinks(project, definition.needs);
    return candidateOf(source, { mode: "legacy", links, earlier: [], identity });
  });
}

/** Ids of processes that nobody spawned. */
export function madeUpLinks(project: string, needs: readonly string[]): Links {
  return Object.fromEntries(needs.map((name) => [name, madeUp(project, name).id]));
}

/** Where a process is made, and whose it is. */
type Made = {
  readonly name: string;
  readonly id: string;
  readonly owner: string;
  readonly module: string;
  readonly scheduler: string;
  readonly authority: string;
};

/** Everything that a deployed process finds of itself. */
export function identityOf(definition: ProcessDefinition, made: Made): Identity {
  const { id, owner } = made;
  const module = definition.module ?? made.module;
  const tags = {
    "Data-Protocol": "ao",
    Variant: "ao.TN.1",
    Type: "Process",
    Module: module,
    Scheduler: definition.scheduler ?? made.scheduler,
    Name: definition.name ?? made.name,
    Authority: definition.authority ?? made.authority,
    ...definition.tags,
  };
  return { id, owner, module, tags: tagsOf(tags) };
}

/** Ids that no item has, the same for the same project. */
function madeUp(project: string, name: string): Omit<Made, "name"> {
  const idFor = (role: string): string => idOfText(`slipway preflight ${role} of ${project}`);
  return {
    id: idFor(`process ${name}`),
    owner: idFor("owner"),
    module: idFor("module"),
    scheduler: idFor("scheduler"),
    authority: idFor("authority"),
  };
}

function tagsOf(tags: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(tags).map(([name, value]) => ({ name, value }));
}
