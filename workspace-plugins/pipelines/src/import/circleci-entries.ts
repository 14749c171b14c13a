import { importFilters } from "./circleci-filters.ts";
import type { CircleFile } from "./circleci-jobs.ts";
import { dimensionsOf, isDimension, jobsOf } from "./circleci-matrix.ts";
import { valuesOf } from "./circleci-steps.ts";
import { freeId } from "./free-name.ts";
import { isList, keep, nameFrom } from "./github-jobs.ts";
import type { Table } from "./github-jobs.ts";
import { given, shown } from "./github-steps.ts";
import { Taking, entriesOf, itemsOf, plainOf, textOf } from "./located.ts";
import type { At, Located, Plain } from "./located.ts";
import { conditionWithoutNeed, noteOfLostNeed } from "./lost-need.ts";
import type { TellNote } from "./note.ts";

export type Context = { readonly circle: CircleFile; readonly tell: TellNote };

/** An entry of the jobs of a workflow. */
export type Entry = {
  readonly job: string;
  /** As it is shown. */
  readonly name: string;
  /** What others require it by. */
  readonly alias: string;
  readonly inputs: Located | undefined;
  readonly located: Located;
};

export function entryOf(located: Located): Entry {
  const text = textOf(located);
  const [[job, inputs] = [text ?? "", undefined]] = entriesOf(located);
  const said = tableIn(inputs);
  const written = textOf(said.get("name"));
  // A name of values of the matrix is that of several.
  const name = written === undefined || written.includes("<<") ? job : written;
  const alias = textOf(tableIn(said.get("matrix")).get("alias"));
  return { job, name, alias: alias ?? name, inputs, located };
}

export function hasTagFilter(inputs: Located | undefined): boolean {
  return tableIn(tableIn(inputs).get("filters")).has("tags");
}

/** Ids are of the whole file, names of CircleCI of a workflow. */
export function nameEntries(
  workflow: string,
  entries: readonly Entry[],
  { circle, tell }: Context,
): readonly string[] {
  const taken = new Set([...circle.tables.jobs.keys()].map((each) => each.toLowerCase()));
  return entries.map(({ name, job, located, inputs }) => {
    const isLeftOut = !circle.jobs.has(job) && textOf(tableIn(inputs).get("type")) !== "approval";
    const wanted = nameFrom(name);
    const choices = [wanted, `${wanted}-${workflow}`];
    for (let number = 2; ; number += 1) {
      const id = choices.find((each) => !taken.has(each.toLowerCase()));
      if (id !== undefined) {
        taken.add(id.toLowerCase());
        if (id !== name && !isLeftOut) {
          const message = `the job ${name} of the workflow ${workflow} is called ${id}`;
          tell({ ...located.at, outcome: "changed", message });
        }
        return id;
      }
      choices.push(`${wanted}-${workflow}-${number}`);
    }
  });
}

export type Place = {
  readonly id: string;
  readonly workflow: string;
  readonly guards: readonly string[];
  readonly isGuardLost: boolean;
  readonly hasTags: boolean;
};

/** What an entry became: none, one, or several jobs, which are told what they need when all are there. */
export type Imported = {
  readonly alias: string;
  readonly at: At;
  readonly jobs: readonly { readonly id: string; readonly table: Table; readonly own: Table }[];
  readonly requires: readonly Located[];
  /** Its steps are kept as they were. */
  readonly isKept: boolean;
};

export function importEntry(entry: Entry, place: Place, { circle, tell }: Context): Imported {
  const taking = new Taking(entry.inputs ?? entry.located);
  const own: Table = {};
  taking.take("name");
  const isApproval = textOf(taking.take("type")) === "approval";
  const requires = itemsOf(taking.take("requires"));
  const filters = taking.take("filters");
  const filter = importFilters(filters);
  const job = circle.jobs.get(entry.job);
  const matrix = taking.take("matrix");
  const made = { alias: entry.alias, at: entry.located.at, requires };
  if (job === undefined && !isApproval) {
    const message = `the job ${entry.job} is of an orb, and is left out`;
    tell({ ...entry.located.at, outcome: "lost", message, hint: "write its steps here" });
    return { ...made, jobs: [], isKept: false };
  }
  const condition = conditionOf(filter?.condition, place);
  const head: Table = {
    ...(place.workflow === "ci" ? {} : { workflow: place.workflow }),
    needs: [],
    ...given("if", condition),
  };
  if (filter === undefined && filters !== undefined) {
    keep(own, ["filters"], filters, tell, "CircleCI");
  }
  if (isApproval || job === undefined) {
    return {
      ...made,
      jobs: [{ id: place.id, table: { ...head, approval: true }, own }],
      isKept: false,
    };
  }
  circle.used.add(`jobs.${entry.job}`);
  const values = valuesOf(job, entry.inputs);
  for (const name of tableIn(tableIn(job).get("parameters")).keys()) taking.take(name);
  for (const [key, each] of taking.left()) keep(own, [key], each, tell, "CircleCI");
  const lost = [
    ...(filter === undefined ? ["its filters"] : []),
    ...(requires.some((each) => each.kind === "table") ? ["how what it requires ends"] : []),
  ];
  if (lost.length > 0) {
    const message = `the job ${place.id} is for CircleCI alone: ${lost.join(" and ")} cannot be said`;
    tell({ ...entry.located.at, outcome: "changed", message });
  }
  for (const [name, each] of dimensionsOf(matrix)) {
    if (isDimension(name, each)) continue;
    const message = `matrix.parameters.${name}: ${shown(each)} is nothing to choose from`;
    tell({ ...each.at, outcome: "lost", message });
  }
  const isAlone = place.isGuardLost || lost.length > 0;
  const built = jobsOf(place.id, job, values, matrix, circle);
  for (const note of built[0]?.built.notes ?? []) tell(note);
  if (built.length > 1) {
    const ids = built.map(({ id }) => id).join(", ");
    const message = `the job ${place.id} is ${ids}: its machine or its steps are of its matrix`;
    tell({ ...entry.located.at, outcome: "changed", message });
  }
  const jobs = built.map(({ id, table, built: one }) => ({
    id,
    table: { ...head, ...table, ...one.job, steps: isAlone ? alone(one.steps) : one.steps },
    own: { ...own, ...one.own },
  }));
  return { ...made, jobs, isKept: built.some((each) => each.built.isKept) };
}

/** Puts the jobs into the table of all, with what they need. */
export function linkEntries(named: readonly Imported[], context: Context): void {
  const { circle, tell } = context;
  const entries = withFreeIds(named, context);
  for (const { alias, at, jobs, requires } of entries) {
    const needed = requirementsOf(requires, entries);
    for (const [name, each] of needed.lost) {
      const message = `there is no job ${name} any more that could be required`;
      tell({ ...each.at, outcome: "lost", message });
    }
    const isLost = needed.lost.length > 0;
    if (isLost && jobs.length > 0) tell(noteOfLostNeed(alias, at));
    for (const { id, table, own } of jobs) {
      const { needs: _needs, ...rest } = table;
      const linked = needed.ids.length === 0 ? rest : { ...table, needs: needed.ids };
      const all = needed.own === undefined ? own : { ...own, requires: needed.own };
      circle.tables.jobs.set(id, {
        ...linked,
        ...(isLost ? { if: conditionWithoutNeed(conditionIn(table)) } : {}),
        ...ownTable(isLost ? started(all) : all),
      });
    }
  }
}

/** Those of a matrix may be those of other entries. */
function withFreeIds(entries: readonly Imported[], { circle, tell }: Context): readonly Imported[] {
  const taken = new Set([...circle.tables.jobs.keys()].map((each) => each.toLowerCase()));
  return entries.map((entry) => ({
    ...entry,
    jobs: entry.jobs.map((job) => {
      const id = freeId(job.id, taken);
      if (id !== job.id) {
        const message = `the job ${job.id} of ${entry.alias} is called ${id}`;
        tell({ ...entry.at, outcome: "changed", message });
      }
      return { ...job, id };
    }),
  }));
}

function conditionIn({ if: condition }: Table): string | undefined {
  return typeof condition === "string" ? condition : undefined;
}

/** Steps that are kept for CircleCI take the place of those that would ask for the condition. */
function started(own: Table): Table {
  const { steps } = own;
  if (steps === undefined || !isList(steps)) return own;
  const command = 'test "<< pipeline.trigger_source >>" = api || circleci-agent step halt';
  return { ...own, steps: [{ run: { name: "started by a person", command } }, ...steps] };
}

function ownTable(own: Table): Table {
  return Object.keys(own).length === 0 ? {} : { circleci: own };
}

/** For no other provider. */
function alone(steps: readonly Table[]): Plain {
  return steps.map((step) => ({ ...step, only_for: ["circleci"] }));
}

type Requirements = {
  readonly ids: readonly string[];
  readonly own: Plain | undefined;
  /** Of which no job is left. */
  readonly lost: readonly (readonly [name: string, each: Located])[];
};

/** Of what is required to end otherwise than well only CircleCI is told how. */
function requirementsOf(requires: readonly Located[], entries: readonly Imported[]): Requirements {
  const read = requires.map((each) => {
    const [name, ends] = requirementOf(each);
    const ids = idsOf(name, entries);
    if (ids.length === 0) {
      const before = idsBefore(name, entries, new Set());
      return { ids: before, own: before, lost: [[name, each] as const] };
    }
    const own = ids.map((id) => (ends === undefined ? id : { [id]: plainOf(ends) }));
    return { ids, own, lost: [] };
  });
  const own = read.flatMap((each): readonly Plain[] => each.own);
  return {
    ids: [...new Set(read.flatMap(({ ids }) => ids))],
    own: own.every((each) => typeof each === "string") ? undefined : own,
    lost: read.flatMap(({ lost }) => lost),
  };
}

function idsOf(name: string, entries: readonly Imported[]): readonly string[] {
  return entries.flatMap(({ alias, jobs }) => (alias === name ? jobs.map(({ id }) => id) : []));
}

/** What an entry that is left out required stands in its place. */
function idsBefore(
  name: string,
  entries: readonly Imported[],
  seen: Set<string>,
): readonly string[] {
  const ids = idsOf(name, entries);
  if (ids.length > 0 || seen.has(name)) return ids;
  seen.add(name);
  return entries
    .filter(({ alias }) => alias === name)
    .flatMap(({ requires }) => requires)
    .flatMap((each) => idsBefore(requirementOf(each)[0], entries, seen));
}

function requirementOf(located: Located): readonly [string, Located | undefined] {
  const [[name, ends] = [textOf(located) ?? "", undefined]] = entriesOf(located);
  return [name, ends];
}

/** A job without filters runs for no tag, which only counts where tags start something. */
function conditionOf(filter: string | undefined, { guards, hasTags }: Place): string | undefined {
  const own = filter === undefined || (filter === "!tag" && !hasTags) ? [] : [filter];
  const all = [...guards, ...own];
  if (all.length === 0) return undefined;
  return all.length === 1
    ? all[0]
    : all.map((each) => (/\|\|/.test(each) ? `(${each})` : each)).join(" && ");
}

function tableIn(located: Located | undefined): ReadonlyMap<string, Located> {
  return new Map(entriesOf(located));
}
