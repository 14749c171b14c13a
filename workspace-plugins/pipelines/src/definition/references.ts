import { namesNear } from "@slipway/signature/names-near";
import { circleThrough, topologicalOrder } from "../plan/order.ts";
import { jobCountProblems } from "./sizes.ts";
import { tableOf, textsOf } from "./toml-table.ts";
import type { TomlTable } from "./toml-table.ts";

/** What names something in the same file that is not there, or that leads back to itself; `path` is where it is written. */
export type ReferenceProblem = {
  readonly path: readonly (string | number)[];
  readonly message: string;
};

/**
 * Problems of needs, groups, runners and matrix values. Reads what TOML gave, of whatever shape: these problems are
 * told together with those of the schema.
 */
export function referenceProblems(toml: unknown): readonly ReferenceProblem[] {
  const file = tableOf(toml);
  const jobs = Object.entries(tableOf(file["jobs"])).map(([id, job]) => ({
    id,
    job: tableOf(job),
  }));
  const groups = tableOf(file["source_file_groups"]);
  const runners = file["runners"];
  const tooMany = jobCountProblems(jobs);
  // Of more jobs than may be, all else takes long to look at.
  if (tooMany.length > 0) return tooMany;
  return [
    ...needProblems(jobs),
    ...jobs.flatMap(({ id, job }) => namedProblems(id, job, file)),
    ...jobs.flatMap(({ id, job }) => stageProblems(id, job, file)),
    ...stageNeedProblems(file),
    ...stepProblems(file),
    ...outputProblems(file),
    ...jobs.flatMap(({ id, job }) => [
      ...listedProblems(job["source_files"], ["jobs", id, "source_files"], groups),
      ...pathsUnmodifiedProblems(id, job, groups),
      ...runnerProblems(job["runner"], ["jobs", id, "runner"], runners),
      ...matrixProblems(id, job),
    ]),
    ...runnerProblems(
      tableOf(file["project"])["default_runner"],
      ["project", "default_runner"],
      runners,
    ),
    ...groupProblems(groups),
  ];
}

/** What a job names in tables of the file. */
function namedProblems(id: string, job: TomlTable, file: TomlTable): readonly ReferenceProblem[] {
  const path = ["jobs", id];
  return [
    ...listed(job["services"], [...path, "services"], file["services"], "service"),
    ...listed(job["caches"], [...path, "caches"], file["caches"], "cache"),
    ...absent(job["environment"], [...path, "environment"], file["environments"], "environment"),
    ...workflowProblem(job["workflow"], [...path, "workflow"], file),
  ];
}

/** Without any `[workflows]` there is one, `ci`; a job may name others as it likes. */
function workflowProblem(
  workflow: unknown,
  path: readonly (string | number)[],
  file: TomlTable,
): readonly ReferenceProblem[] {
  const { workflows } = file;
  return workflows === undefined || workflow === "ci"
    ? []
    : absent(workflow, path, workflows, "workflow");
}

function stageProblems(id: string, job: TomlTable, file: TomlTable): readonly ReferenceProblem[] {
  const { stage, workflow = "ci" } = job;
  if (typeof stage !== "string" || typeof workflow !== "string") return [];
  const stages = tableOf(tableOf(file["workflows"])[workflow])["stages"];
  const names = (Array.isArray(stages) ? stages : []).map((each) => tableOf(each)["name"]);
  const known = Object.fromEntries(textsOf(names).map((name) => [name ?? "", true]));
  return absent(stage, ["jobs", id, "stage"], known, `stage of the workflow ${workflow}:`);
}

/** A stage that needs one which is not there would wait for nothing. */
function stageNeedProblems(file: TomlTable): readonly ReferenceProblem[] {
  return Object.entries(tableOf(file["workflows"])).flatMap(([id, workflow]) => {
    const { stages } = tableOf(workflow);
    const all = (Array.isArray(stages) ? stages : []).map(tableOf);
    const known = Object.fromEntries(all.map(({ name }) => [String(name), true]));
    return all.flatMap(({ needs }, at) =>
      listed(needs, ["workflows", id, "stages", at, "needs"], known, "stage"),
    );
  });
}

/** Of the steps of jobs and commands. */
function stepProblems(file: TomlTable): readonly ReferenceProblem[] {
  return ["jobs", "commands"].flatMap((table) =>
    Object.entries(tableOf(file[table])).flatMap(([id, holder]) => {
      const { steps } = tableOf(holder);
      return (Array.isArray(steps) ? steps : []).flatMap((step, at) =>
        ["restore_cache", "save_cache"].flatMap((kind) =>
          absent(tableOf(step)[kind], [table, id, "steps", at, kind], file["caches"], "cache"),
        ),
      );
    }),
  );
}

function outputProblems(file: TomlTable): readonly ReferenceProblem[] {
  const outputs: readonly unknown[] = Array.isArray(file["outputs"]) ? file["outputs"] : [];
  const jobs = Object.values(tableOf(file["jobs"])).map((job) => tableOf(job)["workflow"] ?? "ci");
  const known = {
    ...Object.fromEntries(textsOf(jobs).map((name) => [name ?? "", true])),
    ...tableOf(file["workflows"]),
  };
  return outputs.flatMap((output, at) =>
    listed(tableOf(output)["workflows"], ["outputs", at, "workflows"], known, "workflow"),
  );
}

function listed(
  names: unknown,
  path: readonly (string | number)[],
  table: unknown,
  kind: string,
): readonly ReferenceProblem[] {
  return textsOf(names).flatMap((name, at) => absent(name, [...path, at], table, kind));
}

/** A name that the table does not have. */
function absent(
  name: unknown,
  path: readonly (string | number)[],
  table: unknown,
  kind: string,
): readonly ReferenceProblem[] {
  const known = tableOf(table);
  if (typeof name !== "string" || Object.hasOwn(known, name)) return [];
  return [{ path, message: `there is no ${kind} ${name}${meant(name, Object.keys(known))}` }];
}

function meant(name: string, known: readonly string[]): string {
  const near = namesNear([name], known);
  return near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
}

/** The name of the group that a pattern stands for. */
export function groupOf(pattern: string): string | undefined {
  return pattern.startsWith("@") ? pattern.slice(1) : undefined;
}

function needProblems(
  jobs: readonly { readonly id: string; readonly job: TomlTable }[],
): readonly ReferenceProblem[] {
  const needs = new Map(
    jobs.map(({ id, job }) => [
      id,
      textsOf(job["needs"]).map((need) => need?.replace(/\[.*/s, "")),
    ]),
  );
  return linkProblems(needs, {
    place: (id, at) => ["jobs", id, "needs", at],
    unknown: (need) => `there is no job ${need}${meant(need, [...needs.keys()])}`,
    circular: (circle) => `needs go round: ${circle.join(" -> ")}`,
  });
}

function groupProblems(groups: TomlTable): readonly ReferenceProblem[] {
  const links = new Map(
    Object.entries(groups).map(([name, patterns]) => [
      name,
      textsOf(patterns).map((pattern) => groupOf(pattern ?? "")),
    ]),
  );
  return [
    ...linkProblems(links, {
      place: (name, at) => ["source_file_groups", name, at],
      unknown: (other) => `there is no group ${other}${meant(other, [...links.keys()])}`,
      circular: (circle) => `groups go round: ${circle.map((name) => `@${name}`).join(" -> ")}`,
    }),
    ...Object.entries(groups).flatMap(([name, patterns]) =>
      negatedGroups(patterns, ["source_file_groups", name]),
    ),
  ];
}

function pathsUnmodifiedProblems(id: string, job: TomlTable, groups: TomlTable) {
  const { paths_unmodified: patterns } = tableOf(job["skip_if"]);
  return listedProblems(patterns, ["jobs", id, "skip_if", "paths_unmodified"], groups);
}

/** Of the patterns of a job. */
function listedProblems(
  patterns: unknown,
  path: readonly (string | number)[],
  groups: TomlTable,
): readonly ReferenceProblem[] {
  const unknown = textsOf(patterns).flatMap((pattern, at) => {
    return absent(groupOf(pattern ?? ""), [...path, at], groups, "group");
  });
  return [...unknown, ...negatedGroups(patterns, path)];
}

/** What a group takes out is not what its negation would let in: there is no right reading of one. */
function negatedGroups(
  patterns: unknown,
  path: readonly (string | number)[],
): readonly ReferenceProblem[] {
  return textsOf(patterns).flatMap((pattern, at) =>
    pattern?.startsWith("!@") === true
      ? [{ path: [...path, at], message: "a group cannot be taken out: name its patterns" }]
      : [],
  );
}

/** Without any `[runners]` a name is the provider's own. */
function runnerProblems(
  runner: unknown,
  path: readonly (string | number)[],
  runners: unknown,
): readonly ReferenceProblem[] {
  const isKnown =
    typeof runner !== "string" || runners === undefined || Object.hasOwn(tableOf(runners), runner);
  if (isKnown) return [];
  return [
    {
      path,
      message: `there is no runner ${runner}${meant(runner, Object.keys(tableOf(runners)))}`,
    },
  ];
}

/** An instance of a job is named by its values. */
function matrixProblems(id: string, job: TomlTable): readonly ReferenceProblem[] {
  const {
    include: _include,
    exclude: _exclude,
    rows: _rows,
    ...dimensions
  } = tableOf(job["matrix"]);
  return Object.entries(dimensions).flatMap(([dimension, values]) => {
    const texts = Array.isArray(values) ? values.map(String) : [];
    const twice = texts.find((text, at) => texts.indexOf(text) !== at);
    return twice === undefined
      ? []
      : [{ path: ["jobs", id, "matrix", dimension], message: `${twice} is there twice` }];
  });
}

type Links = ReadonlyMap<string, readonly (string | undefined)[]>;

/** A circle is told once, at the first link of it. */
function linkProblems(
  links: Links,
  words: {
    readonly place: (from: string, at: number) => readonly (string | number)[];
    readonly unknown: (to: string) => string;
    readonly circular: (circle: readonly string[]) => string;
  },
): readonly ReferenceProblem[] {
  const known = new Map(
    [...links].map(([from, linked]) => [from, linked.filter((to) => to !== undefined)]),
  );
  const ordered = new Set(topologicalOrder(known));
  const told = new Set<string>();
  return [...links].flatMap(([from, linked]) => {
    const circle = ordered.has(from) || told.has(from) ? undefined : circleThrough(from, known);
    for (const one of circle ?? []) told.add(one);
    return linked.flatMap((to, at): readonly ReferenceProblem[] => {
      if (to === undefined) return [];
      const path = words.place(from, at);
      if (!links.has(to)) return [{ path, message: words.unknown(to) }];
      return to === circle?.[1] ? [{ path, message: words.circular(circle) }] : [];
    });
  });
}
