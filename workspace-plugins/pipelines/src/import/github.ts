import { idsOf, importJob, keep, nameFrom } from "./github-jobs.ts";
import type { Table, Tables } from "./github-jobs.ts";
import { importConcurrency, importPermissions } from "./github-settings.ts";
import { given } from "./github-steps.ts";
import { importTriggers } from "./github-triggers.ts";
import { importValue } from "./github-values.ts";
import { Taking, entriesOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import type { TellNote } from "./note.ts";

/** A workflow of GitHub Actions in the words of `cig.toml`. `file` is where it is rendered to again. */
export function importGithub(
  root: Located,
  { file, project }: { readonly file: string; readonly project: string },
  tell: TellNote,
): Table {
  const taking = new Taking(root);
  const own: Table = {};
  const name = textOf(taking.take("name"));
  const triggers = importTriggers(taking.take("on"), { own, tell });
  const env = envOf(taking.take("env"), own, tell);
  const permissions = taking.takeIf("permissions", importPermissions);
  const concurrency = taking.takeIf("concurrency", importConcurrency);
  const tables: Tables = {
    jobs: new Map(),
    runners: new Map(),
    services: new Map(),
    environments: new Map(),
    caches: new Map(),
  };
  importJobs(taking, tables, own, tell);
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

function importJobs(taking: Taking, tables: Tables, own: Table, tell: TellNote): void {
  const jobs = entriesOf(taking.take("jobs"));
  const became = new Map(jobs.map(([id, each]) => [id, idsOf(id, each)]));
  const defaults = taking.take("defaults");
  const run = new Map(entriesOf(new Map(entriesOf(defaults)).get("run")));
  const folder = textOf(run.get("working-directory"));
  for (const [id, each] of jobs) {
    importJob(id, each, {
      tables,
      tell,
      became,
      defaults: { shell: textOf(run.get("shell")), folder },
    });
  }
  for (const [key, each] of entriesOf(defaults)) {
    if (key !== "run") keep(own, ["defaults", key], each, tell);
  }
}

function envOf(located: Located | undefined, own: Table, tell: TellNote): Table {
  return Object.fromEntries(
    entriesOf(located).flatMap(([name, each]) => {
      const value = importValue(textOf(each) ?? "");
      if (value !== undefined) return [[name, value] as const];
      keep(own, ["env", name], each, tell);
      return [];
    }),
  );
}
