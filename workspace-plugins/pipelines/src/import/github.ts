import { envOf, idsOf, importJob, keep, nameFrom } from "./github-jobs.ts";
import type { Table, Tables } from "./github-jobs.ts";
import { workflowConcurrency, importPermissions } from "./github-settings.ts";
import { given } from "./github-steps.ts";
import { importTriggers } from "./github-triggers.ts";
import { Taking, entriesOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import type { ImportOptions, TellNote } from "./note.ts";

/** A workflow of GitHub Actions in the words of `cig.toml`. `file` is where it is rendered to again. */
export function importGithub(
  root: Located,
  { file, project, whole }: ImportOptions,
  tell: TellNote,
): Table {
  const taking = new Taking(root);
  const own: Table = {};
  const name = taking.takeIf("name", (each) => textOf(each) || undefined);
  const triggers = importTriggers(taking.take("on"), { own, tell });
  const env = envOf(taking.take("env"), own, tell, isKnownBefore);
  const permissions = taking.takeIf("permissions", importPermissions);
  const concurrency = taking.takeIf("concurrency", workflowConcurrency);
  const tables: Tables = {
    jobs: new Map(),
    runners: new Map(),
    services: new Map(),
    environments: new Map(),
    caches: new Map(),
  };
  importJobs(taking, { tables, own, tell, whole });
  for (const [key, each] of taking.left()) keep(own, [key], each, tell);
  const workflow: Table = {
    ...given("name", name),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(Object.keys(own).length === 0 ? {} : { github: own }),
  };
  return {
    version: "0.2",
    project: { name: nameFrom(project) },
    triggers,
    ...given("permissions", permissions),
    ...given("concurrency", concurrency),
    ...(Object.keys(workflow).length === 0 ? {} : { workflows: { ci: workflow } }),
    jobs: Object.fromEntries(tables.jobs),
    ...tableOf("services", tables.services),
    ...tableOf("caches", tables.caches),
    ...tableOf("runners", tables.runners),
    ...tableOf("environments", tables.environments),
    outputs: [{ provider: "github", path: file }],
  };
}

function tableOf(name: string, entries: ReadonlyMap<string, Plain>): Table {
  return entries.size === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

type JobsContext = {
  readonly tables: Tables;
  readonly own: Table;
  readonly tell: TellNote;
  readonly whole: ReadonlySet<string>;
};

function importJobs(taking: Taking, { tables, own, tell, whole }: JobsContext): void {
  const jobs = entriesOf(taking.take("jobs"));
  const taken = new Set(jobs.map(([id]) => id.toLowerCase()));
  const became = new Map(jobs.map(([id, each]) => [id, idsOf(id, each, taken)]));
  const defaults = taking.take("defaults");
  const run = new Map(entriesOf(new Map(entriesOf(defaults)).get("run")));
  const folder = textOf(run.get("working-directory"));
  for (const [id, each] of jobs) {
    importJob(id, each, {
      tables,
      tell,
      jobs: { source: new Map(jobs), became },
      whole,
      defaults: { shell: textOf(run.get("shell")), folder },
    });
  }
  for (const [key, each] of entriesOf(defaults)) {
    if (key !== "run") keep(own, ["defaults", key], each, tell);
  }
}

/** A workflow knows nothing of a matrix. */
/** Of no job, of no step, and no value of a matrix. */
function isKnownBefore(value: Plain): boolean {
  if (typeof value === "string") return !value.includes("{{ matrix.");
  return typeof value !== "object" || !("output" in value || "step" in value);
}
