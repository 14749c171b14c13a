import { freeId, freeName } from "./free-name.ts";
import { importCondition } from "./github-conditions.ts";
import { importContainer, importService } from "./github-containers.ts";
import { dimensionIn, importMatrix, matrixOf, splitBy } from "./github-matrix.ts";
import type { ImportedMatrix } from "./github-matrix.ts";
import type { Caches } from "./github-caches.ts";
import { conditionOf, keptCondition, needsOf } from "./github-needs.ts";
import type { Needs, SourceJobs } from "./github-needs.ts";
import { booleanIn, given, importSteps, shown, wholeNumber } from "./github-steps.ts";
import { asksMatrix, importText, importValue, isName, isVariable } from "./github-values.ts";
import { Taking, entriesOf, plainOf, textOf, textsOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import { jobConcurrency, importPermissions } from "./github-settings.ts";
import type { TellNote } from "./note.ts";

export type Table = { [key: string]: Plain };

/** What jobs name in tables of the file. */
export type Tables = {
  readonly jobs: Map<string, Table>;
  readonly runners: Map<string, Plain>;
  readonly services: Map<string, Plain>;
  readonly environments: Map<string, Plain>;
  readonly caches: Caches;
};

export type Defaults = { readonly shell: string | undefined; readonly folder: string | undefined };

type Context = {
  readonly tables: Tables;
  readonly defaults: Defaults;
  readonly tell: TellNote;
  readonly jobs: Pick<SourceJobs, "source" | "became">;
  /** Ids of jobs of which something cannot be, in whatever words. */
  readonly whole: ReadonlySet<string>;
};

/** Ids of the jobs that a job of the source becomes: one for each machine of its matrix. None: it cannot be said. */
export function idsOf(id: string, located: Located, taken: Set<string>): readonly string[] {
  if (partOf(located, "uses") !== undefined) return [];
  return variantsOf(id, located).map((each) => (each.id === id ? id : freeId(each.id, taken)));
}

type Variant = {
  readonly id: string;
  readonly runner: Located | undefined;
  readonly label: string | undefined;
  /** `undefined`: it has none, or one that cannot be said. */
  readonly matrix: ImportedMatrix | undefined;
};

function partOf(located: Located | undefined, key: string): Located | undefined {
  return located?.kind === "table" ? located.entries.get(key) : undefined;
}

function variantsOf(id: string, located: Located): readonly Variant[] {
  const runner = partOf(located, "runs-on");
  const written = partOf(partOf(located, "strategy"), "matrix");
  const matrix = written === undefined ? undefined : importMatrix(written);
  const dimension = dimensionIn(textOf(runner) ?? "");
  if (matrix === undefined || dimension === undefined) {
    return [{ id, runner, label: undefined, matrix }];
  }
  return splitBy(matrix, dimension).map((each) => ({
    id: `${id}-${nameFrom(each.value)}`,
    runner,
    label: each.value,
    matrix: each.matrix,
  }));
}

/** The jobs that a job of GitHub Actions becomes, put into the tables. */
export function importJob(id: string, located: Located, context: Context): void {
  const { tell, tables } = context;
  const reused = partOf(located, "uses");
  if (reused !== undefined) {
    const message = `the job ${id} is a workflow of another file, ${textOf(reused) ?? ""}, and is left out`;
    const hint = "import that file, and write its jobs here";
    tell({ ...located.at, outcome: "lost", message, hint });
    return;
  }
  const ids = context.jobs.became.get(id) ?? [];
  const usual = variantsOf(id, located);
  const variants = usual.map((each, at) => ({ ...each, id: ids[at] ?? each.id }));
  for (const [at, variant] of variants.entries()) {
    // What is to be told of the first is to be told of all.
    const own = at === 0 ? context : { ...context, tell: () => {} };
    tables.jobs.set(variant.id, jobOf(id, located, variant, own));
  }
  if (variants.length > 1 || usual.some((each, at) => each.id !== ids[at])) {
    const message = `the job ${id} is ${ids.join(", ")}: a job has one runner`;
    tell({ ...located.at, outcome: "changed", message });
  }
}

function jobOf(id: string, located: Located, variant: Variant, context: Context): Table {
  const { tables, defaults, tell } = context;
  const taking = new Taking(located);
  taking.take("needs");
  const needs = needsOf(id, located, { ...context.jobs, tell });
  const strategy = taking.take("strategy");
  if (context.whole.has(variant.id)) {
    return ownJob(located, needs, variant, { tell, why: "what it says" });
  }
  const isDynamic = partOf(strategy, "matrix") !== undefined && variant.matrix === undefined;
  const runner = runnerOf(taking, variant, tables);
  if (isDynamic || (runner === undefined && taking.take("runs-on") !== undefined)) {
    return ownJob(located, needs, variant, { tell, why: isDynamic ? "its matrix" : "its runner" });
  }
  const own: Table = {};
  const name = taking.takeIf("name", (each) => importText(textOf(each) ?? ""));
  const condition = taking.takeIf("if", (each) => importCondition(textOf(each) ?? ""));
  const env = envOf(taking.take("env"), own, tell);
  const steps = importSteps(partOf(located, "steps"), {
    shell: defaultOf(taking, "shell") ?? defaults.shell ?? usualShell(variant, runner),
    caches: tables.caches,
    tell,
  });
  taking.take("steps");
  const shell = defaultOf(taking, "shell") ?? defaults.shell;
  const folder = defaultOf(taking, "working-directory") ?? defaults.folder;
  taking.take("defaults");
  const job: Table = {
    ...given("name", name === "" ? undefined : name),
    ...(needs.ids.length === 0 ? {} : { needs: needs.ids }),
    ...given("if", conditionOf(condition, needs)),
    ...given("runner", runner),
    ...(variant.matrix === undefined ? {} : { matrix: matrixOf(variant.matrix) }),
    ...strategyOf(strategy, own, tell),
    ...containerOf(taking, own, tell),
    ...servicesOf(taking, own, tables, tell),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(steps.caches.length === 0 ? {} : { caches: [...new Set(steps.caches)] }),
    ...outputsOf(taking, own, tell),
    ...environmentOf(taking, tables),
    ...given("permissions", taking.takeIf("permissions", importPermissions)),
    ...given("concurrency", taking.takeIf("concurrency", jobConcurrency)),
    ...given("timeout_minutes", taking.takeIf("timeout-minutes", wholeNumber)),
    ...(taking.takeIf("continue-on-error", booleanIn) === true ? { continue_on_error: true } : {}),
    ...given("checkout", steps.checkout),
    ...given("shell", shell),
    ...given("working_directory", folder),
    steps: steps.steps.length === 0 ? [{ run: "true" }] : steps.steps,
  };
  const isGuardLost = taking.left().some(([key]) => key === "if");
  for (const [key, each] of taking.left()) {
    keep(own, [key], each, tell);
    if (key === "if" && needs.isLost) own["if"] = keptCondition(each);
  }
  if (Object.keys(steps.ownEnv).length > 0) {
    own["env"] = { ...steps.ownEnv, ...tableIn(own["env"]) };
  }
  for (const each of steps.unsaid) {
    const message = `${each.message}: the steps of the job ${id} are kept for GitHub as they were`;
    const hint = "what is changed in its steps here, change there too, or put the override away";
    tell({ line: each.line, column: each.column, outcome: "kept", message, hint });
  }
  if (steps.unsaid.length > 0) own["steps"] = plainOf(partOf(located, "steps") ?? located);
  if (variant.matrix !== undefined && asksMatrix(own)) {
    const left = new Set(taking.left().map(([key]) => key));
    const why = left.size === 0 ? "its steps" : [...left].join(", ");
    return ownJob(located, needs, variant, { tell, why });
  }
  if (isGuardLost) {
    const message = `the job ${id} is for GitHub alone: its condition cannot be said`;
    tell({ ...located.at, outcome: "changed", message });
    const all = job["steps"];
    job["steps"] = (all !== undefined && isList(all) ? all : []).map((step) => ({
      ...tableIn(step),
      only_for: ["github"],
    }));
  }
  return Object.keys(own).length === 0 ? job : { ...job, github: own };
}

/** A job that only GitHub can run: as it was, but for what it needs. */
function ownJob(
  located: Located,
  needs: Needs,
  { label, matrix }: Variant,
  { tell, why }: { readonly tell: TellNote; readonly why: string },
): Table {
  const { needs: _needs, ...own } = tableIn(plainOf(located));
  // Of a job on several machines each has its part.
  if (label !== undefined && matrix !== undefined) {
    const { dimensions, include, exclude } = matrix;
    lay(own, ["strategy", "matrix"], {
      ...dimensions,
      ...(include.length === 0 ? {} : { include }),
      ...(exclude.length === 0 ? {} : { exclude }),
    });
  }
  const condition = partOf(located, "if");
  if (condition !== undefined && needs.isLost) own["if"] = keptCondition(condition);
  const message = `the job is for GitHub alone, as it was: ${why} cannot be said`;
  tell({ ...located.at, outcome: "kept", message });
  return {
    ...(needs.ids.length === 0 ? {} : { needs: needs.ids }),
    ...given("if", conditionOf(undefined, needs)),
    steps: [{ run: "true", only_for: ["github"] }],
    checkout: false,
    github: own,
  };
}

function tableIn(value: Plain | undefined): Table {
  return typeof value === "object" && !isList(value) ? { ...value } : {};
}

export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** What is said for its own provider alone, at its path of keys. */
export function keep(
  own: Table,
  path: readonly string[],
  located: Located,
  tell: TellNote,
  provider = "GitHub",
): void {
  const message = `${path.join(".")}: ${shown(located)} is kept for ${provider} alone`;
  tell({ ...located.at, outcome: "kept", message });
  lay(own, path, plainOf(located));
}

function lay(own: Table, [first = "", ...rest]: readonly string[], value: Plain): void {
  if (rest.length === 0) own[first] = value;
  else {
    const below = tableIn(own[first]);
    lay(below, rest, value);
    own[first] = below;
  }
}

/** The name of the runner in the tables. `undefined`: it cannot be said. */
function runnerOf(taking: Taking, { label }: Variant, { runners }: Tables): string | undefined {
  return taking.takeIf("runs-on", (located) => {
    const wanted: Plain = label ?? plainOf(located);
    if (JSON.stringify(wanted).includes("${{")) return undefined;
    const words = label === undefined ? textsOf(located) : [label];
    const group = located.kind === "table" ? textOf(located.entries.get("group")) : undefined;
    const runner = { github: { "runs-on": wanted } };
    const joined = nameFrom([...(group === undefined ? [] : [group]), ...words].join("-"));
    const name = freeName(joined, runner, runners);
    runners.set(name, runner);
    return name;
  });
}

export function nameFrom(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_-]+/g, "_").replaceAll(/^-+/g, "");
  return name === "" ? "_" : name;
}

function usualShell({ label }: Variant, runner: string | undefined): string {
  return (label ?? runner ?? "").startsWith("windows") ? "pwsh" : "";
}

function defaultOf(taking: Taking, key: string): string | undefined {
  const { defaults } = Object.fromEntries(taking.left());
  return textOf(partOf(partOf(defaults, "run"), key));
}

/** The environment of a job or a workflow: what cannot be said of it is kept. */
export function envOf(
  located: Located | undefined,
  own: Table,
  tell: TellNote,
  isSaid: (value: Plain) => boolean = () => true,
): Table {
  return Object.fromEntries(
    entriesOf(located).flatMap(([name, each]) => {
      const value = isVariable(name) ? importValue(textOf(each) ?? "") : undefined;
      if (value !== undefined && isSaid(value)) return [[name, value] as const];
      keep(own, ["env", name], each, tell);
      return [];
    }),
  );
}

function strategyOf(located: Located | undefined, own: Table, tell: TellNote): Table {
  if (located === undefined) return {};
  const taking = new Taking(located);
  taking.take("matrix");
  const failFast = taking.takeIf("fail-fast", booleanIn);
  const most = taking.takeIf("max-parallel", wholeNumber);
  for (const [key, each] of taking.left()) keep(own, ["strategy", key], each, tell);
  return { ...given("fail_fast", failFast), ...given("max_parallel", most) };
}

function containerOf(taking: Taking, own: Table, tell: TellNote): Table {
  const located = taking.take("container");
  if (located === undefined) return {};
  const { image, left } = importContainer(located);
  if (image === undefined) {
    keep(own, ["container"], located, tell);
    return {};
  }
  for (const [key, each] of left) keep(own, ["container", key], each, tell);
  return { image };
}

function servicesOf(taking: Taking, own: Table, { services }: Tables, tell: TellNote): Table {
  const names = entriesOf(taking.take("services")).flatMap(([name, located]) => {
    const { service, left } = importService(located);
    const known = services.get(name);
    const isSame = known === undefined || JSON.stringify(known) === JSON.stringify(service);
    if (service === undefined || !isSame || !isName(name)) {
      keep(own, ["services", name], located, tell);
      return [];
    }
    services.set(name, service);
    for (const [key, each] of left) keep(own, ["services", name, key], each, tell);
    return [name];
  });
  return names.length === 0 ? {} : { services: names };
}

function outputsOf(taking: Taking, own: Table, tell: TellNote): Table {
  const outputs = entriesOf(taking.take("outputs")).flatMap(([name, each]) => {
    const value = importValue(textOf(each) ?? "");
    if (typeof value === "object" && value.step !== undefined && isName(name)) {
      return [[name, value.step] as const];
    }
    keep(own, ["outputs", name], each, tell);
    return [];
  });
  return outputs.length === 0 ? {} : { outputs: Object.fromEntries(outputs) };
}

function environmentOf(taking: Taking, { environments }: Tables): Table {
  const found = taking.takeIf("environment", (located) => {
    const inner = located.kind === "table" ? new Taking(located) : undefined;
    const name = importText(textOf(inner?.take("name") ?? located) ?? "", []);
    const written = textOf(inner?.take("url"));
    const url = written === undefined ? undefined : importText(written, ["fact", "input"]);
    if (name === undefined || name === "" || (inner?.left().length ?? 0) > 0) return undefined;
    if (written !== undefined && (url === undefined || url === "")) return undefined;
    const id = nameFrom(name);
    const value = { ...(id === name ? {} : { name }), ...given("url", url) };
    const known = environments.get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) return undefined;
    environments.set(id, value);
    return id;
  });
  return given("environment", found);
}
