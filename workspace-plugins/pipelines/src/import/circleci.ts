import { findCaches } from "./circleci-caches.ts";
import {
  entryOf,
  hasTagFilter,
  importEntry,
  linkEntries,
  nameEntries,
} from "./circleci-entries.ts";
import type { Context } from "./circleci-entries.ts";
import type { CircleFile } from "./circleci-jobs.ts";
import { importLogic } from "./circleci-logic.ts";
import type { Parameters } from "./circleci-logic.ts";
import { importCircleInputs, importSchedules } from "./circleci-triggers.ts";
import { keep, nameFrom } from "./github-jobs.ts";
import type { Table, Tables } from "./github-jobs.ts";
import { Taking, entriesOf, itemsOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import type { ImportOptions, TellNote } from "./note.ts";

/** A configuration of CircleCI in the words of `cig.toml`. `file` is where it is rendered to again. */
export function importCircleci(
  root: Located,
  { file, project, whole }: ImportOptions,
  tell: TellNote,
): Table {
  const taking = new Taking(root);
  taking.take("version");
  const tables: Tables = {
    jobs: new Map(),
    runners: new Map(),
    services: new Map(),
    environments: new Map(),
    caches: new Map(),
  };
  const circle: CircleFile = {
    jobs: tableIn(taking.take("jobs")),
    executors: tableIn(taking.take("executors")),
    commands: tableIn(taking.take("commands")),
    orbs: tableIn(taking.take("orbs")),
    cacheKeys: findCaches(root, tables.caches),
    tables,
    whole,
    used: new Set(),
  };
  const parameters = taking.take("parameters");
  const manual = importCircleInputs(parameters);
  const defaults: Parameters = new Map(
    entriesOf(parameters).map(([name, each]) => [
      name,
      textOf(new Map(entriesOf(each)).get("default")) ?? "",
    ]),
  );
  const workflows = entriesOf(taking.take("workflows")).filter(([name]) => name !== "version");
  const written = workflows.length > 0 ? workflows : [["ci", onlyJob(root, circle)] as const];
  const made = written.map(([name, each]) =>
    importWorkflow(nameFrom(name), each, { circle, defaults, manual, tell }),
  );
  const [first] = made;
  const own = first?.own ?? {};
  for (const [key, each] of taking.left()) keep(own, [key], each, tell, "CircleCI");
  keepNamed(
    own,
    circle,
    made.some(({ isKept }) => isKept),
    tell,
  );
  if (parameters !== undefined && manual === undefined) {
    keep(own, ["parameters"], parameters, tell, "CircleCI");
  }
  return {
    version: "0.2",
    project: { name: nameFrom(project) },
    workflows: Object.fromEntries(
      made.map(({ id, triggers, own: settings }) => [
        id,
        { triggers, ...(Object.keys(settings).length === 0 ? {} : { circleci: settings }) },
      ]),
    ),
    jobs: Object.fromEntries(tables.jobs),
    ...tableOf("services", tables.services),
    ...tableOf("caches", tables.caches),
    ...tableOf("runners", tables.runners),
    outputs: [{ provider: "circleci", path: file }],
  };
}

function tableOf(name: string, entries: ReadonlyMap<string, Plain>): Table {
  return entries.size === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

function tableIn(located: Located | undefined): ReadonlyMap<string, Located> {
  return new Map(entriesOf(located));
}

/** Without workflows the job `build` runs. */
function onlyJob(root: Located, { jobs }: CircleFile): Located {
  const at = root.at;
  const items: readonly Located[] = [...jobs.keys()]
    .slice(0, 1)
    .map((value) => ({ kind: "scalar", at, value }));
  return { kind: "table", at, entries: new Map([["jobs", { kind: "list", at, items }]]) };
}

/** What steps that are kept as they were, and machines of orbs, name; what nothing names is left out. */
function keepNamed(own: Table, circle: CircleFile, isKept: boolean, tell: TellNote): void {
  const isOfOrb = JSON.stringify([...circle.tables.runners.values()]).includes('"executor"');
  const named = [
    ["orbs", circle.orbs, isKept || isOfOrb],
    ["commands", circle.commands, isKept],
    ["executors", circle.executors, false],
    ["jobs", circle.jobs, false],
  ] as const;
  for (const [key, table, isNeeded] of named) {
    const [[, first] = []] = table;
    if (first === undefined) continue;
    if (isNeeded) {
      keep(own, [key], { kind: "table", at: first.at, entries: table }, tell, "CircleCI");
    }
    for (const [name, each] of table) {
      if (isNeeded || circle.used.has(`${key}.${name}`)) continue;
      const message = `${key}.${name} is used by nothing, and is left out`;
      tell({ ...each.at, outcome: "lost", message });
    }
  }
}

type WorkflowContext = Context & {
  readonly defaults: Parameters;
  readonly manual: Plain | undefined;
};

type Workflow = {
  readonly id: string;
  readonly triggers: Table;
  readonly own: Table;
  readonly isKept: boolean;
};

function importWorkflow(id: string, located: Located, context: WorkflowContext): Workflow {
  const { tell, defaults, manual } = context;
  const taking = new Taking(located);
  const own: Table = {};
  const entries = itemsOf(taking.take("jobs")).map(entryOf);
  const schedule = taking.takeIf("triggers", importSchedules);
  const guards = ["when", "unless"].flatMap((key) => {
    const guard = taking.takeIf(key, (each) => importLogic(each, defaults));
    return guard === undefined ? [] : [key === "when" ? guard : `!(${guard})`];
  });
  const isGuardLost = taking.left().some(([key]) => key === "when" || key === "unless");
  if (isGuardLost) {
    const message = `the workflow ${id} is for CircleCI alone: its condition cannot be said`;
    tell({ ...located.at, outcome: "changed", message });
  }
  for (const [key, each] of taking.left()) keep(own, [key], each, tell, "CircleCI");
  const hasTags = entries.some(({ inputs }) => hasTagFilter(inputs));
  const ids = nameEntries(id, entries, context);
  const made = entries.map((entry, at) => {
    const place = { id: ids[at] ?? entry.name, workflow: id, guards, isGuardLost, hasTags };
    return importEntry(entry, place, context);
  });
  linkEntries(made, context);
  const push = { branches: ["**"], ...(hasTags ? { tags: ["**"] } : {}) };
  // Without a word about it, what is asked for over the API runs too.
  const triggers = schedule === undefined ? { push, manual: manual ?? true } : { schedule };
  return { id, triggers, own, isKept: made.some((each) => each.isKept) };
}
