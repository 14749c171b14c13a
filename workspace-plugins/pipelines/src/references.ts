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
  return [
    ...needProblems(jobs),
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

/** The name of the group that a pattern stands for. */
export function groupOf(pattern: string): string | undefined {
  return pattern.startsWith("@") ? pattern.slice(1) : undefined;
}

function needProblems(
  jobs: readonly { readonly id: string; readonly job: TomlTable }[],
): readonly ReferenceProblem[] {
  const needs = new Map(jobs.map(({ id, job }) => [id, textsOf(job["needs"])]));
  return linkProblems(needs, {
    place: (id, at) => ["jobs", id, "needs", at],
    unknown: (need) => `there is no job ${need}`,
    circular: (id, need) => `${need} needs ${id} in turn`,
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
      unknown: (other) => `there is no group ${other}`,
      circular: (name, other) => `@${other} has @${name} in turn`,
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
    const group = groupOf(pattern ?? "");
    return group === undefined || Object.hasOwn(groups, group)
      ? []
      : [{ path: [...path, at], message: `there is no group ${group}` }];
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
  return isKnown ? [] : [{ path, message: `there is no runner ${runner}` }];
}

/** An instance of a job is named by its values. */
function matrixProblems(id: string, job: TomlTable): readonly ReferenceProblem[] {
  return Object.entries(tableOf(job["matrix"])).flatMap(([dimension, values]) => {
    const texts = Array.isArray(values) ? values.map(String) : [];
    const twice = texts.find((text, at) => texts.indexOf(text) !== at);
    return twice === undefined
      ? []
      : [{ path: ["jobs", id, "matrix", dimension], message: `${twice} is there twice` }];
  });
}

type Links = ReadonlyMap<string, readonly (string | undefined)[]>;

function linkProblems(
  links: Links,
  words: {
    readonly place: (from: string, at: number) => readonly (string | number)[];
    readonly unknown: (to: string) => string;
    readonly circular: (from: string, to: string) => string;
  },
): readonly ReferenceProblem[] {
  const open = leftOfOrdering(links);
  return [...links].flatMap(([from, linked]) =>
    linked.flatMap((to, at): readonly ReferenceProblem[] => {
      if (to === undefined) return [];
      const path = words.place(from, at);
      if (!links.has(to)) return [{ path, message: words.unknown(to) }];
      return open.has(from) && open.has(to) && leadsTo(links, to, from)
        ? [{ path, message: words.circular(from, to) }]
        : [];
    }),
  );
}

/** What is on a circle or leads to one: only there is it worth following every link. */
function leftOfOrdering(links: Links): ReadonlySet<string> {
  const waiting = new Map([...links].map(([from, to]) => [from, new Set(existing(to, links))]));
  const users = new Map<string, string[]>();
  for (const [from, to] of waiting) {
    for (const one of to) {
      const known = users.get(one) ?? [];
      known.push(from);
      users.set(one, known);
    }
  }
  const done = [...waiting].filter(([, to]) => to.size === 0).map(([from]) => from);
  for (const one of done) {
    waiting.delete(one);
    for (const user of users.get(one) ?? []) {
      const left = waiting.get(user);
      if (left?.delete(one) === true && left.size === 0) done.push(user);
    }
  }
  return new Set(waiting.keys());
}

function existing(to: readonly (string | undefined)[], links: Links): readonly string[] {
  return to.filter((one): one is string => one !== undefined && links.has(one));
}

function leadsTo(links: Links, from: string, wanted: string): boolean {
  const seen = new Set([from]);
  for (const id of seen) {
    for (const next of links.get(id) ?? []) if (next !== undefined) seen.add(next);
  }
  return seen.has(wanted);
}
