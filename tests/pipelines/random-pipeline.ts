import * as fc from "fast-check";

/** What not every provider renders: each can be left out of a random pipeline. */
export type Part =
  | "approvals"
  | "artifacts"
  | "caches"
  | "concurrency"
  | "containers"
  | "environments"
  | "job-conditions"
  | "manual"
  | "matrices"
  | "merge-queues"
  | "outputs"
  | "permissions"
  | "pull-requests"
  | "push-filters"
  | "schedules"
  | "services"
  | "step-conditions"
  | "step-outputs"
  | "tag-conditions"
  | "tags-ignored"
  | "test-reports"
  | "timeouts";

type Without = {
  readonly without?: readonly Part[];
  /** Jobs ask in conditions how those before them ended, and steps for a variable. */
  readonly withStatuses?: boolean;
};

/** Texts that some reader of YAML, some shell or some provider's own language takes for more than a text. */
export const awkwardTexts = [
  "on",
  "no",
  "1e3",
  "0755",
  "~",
  "${{ github.sha }}",
  "echo '${{' }} $HOME $(date) `id`",
  "<< parameters.x >> <<- EOF",
  "docker ps --format '{{ .Names }}' {{}}",
  "first\n  second\n\n# third \n",
  "trailing   ",
  "key: value # no comment",
  "- @`|>%&*!",
  "\u00e9\u4e2d\u{1f600}\u2028\u0085 \ttab",
  "'quoted' \"twice\" \\n",
  "${HOME}$$ $${x} \\$ \\\\",
  "'''triple''' \"\"\" ${params.x}",
  "%{x} %%date%%",
] as const;

/** A command as a file may hold it: never empty, and no template of ours. */
const commandText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom("${{", "}}", "'", '"', "\n", " ", "#", ": ", "- ", "$", "<<", "\\", "`"),
      fc.string(),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(""))
  .filter((text) => text !== "" && !/\{\{/.test(text.replaceAll("${{", "")));

const value = fc.oneof(
  fc.constantFrom(...awkwardTexts.filter((text) => !/\{\{\s*\w/.test(text.replaceAll("${{", "")))),
  fc.stringMatching(/^[ -z|~]{1,12}$/),
);
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const branch = fc.constantFrom("main", "release/1", "feature/a/b", "dev");
/** Those of conditions: every provider can say them. */
const nameGlob = fc.constantFrom("release/**", "feature/**", "main");

/** A condition that no provider needs a variable of a job for. */
export function conditionText(parts: Without, where: "job" | "step"): fc.Arbitrary<string> {
  const leaf: fc.Arbitrary<string>[] = [
    branch.map((name) => `branch == '${name}'`),
    branch.map((name) => `branch != '${name}'`),
    nameGlob.map((glob) => `branch matches '${glob}'`),
    fc
      .constantFrom("push", "pull-request", "merge-queue", "schedule", "manual")
      .map((event) => `event == '${event}'`),
    word.map((name) => `actor != '${name}'`),
    fc.constantFrom("setting.FAST == '1'", "setting.SKIP"),
  ];
  if (has(parts, "tag-conditions")) {
    leaf.push(fc.constant("tag matches 'v**'"), fc.constant("tag == 'v1'"), fc.constant("tag"));
  }
  if (where === "step" || parts.withStatuses === true) {
    leaf.push(fc.constantFrom("always()", "failure()", "success()", "!cancelled()"));
  }
  if (where === "step" && parts.withStatuses === true) {
    leaf.push(fc.constantFrom("env.MODE == '0'", "env.MODE matches 'a/**'", "env.MODE"));
  }
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: "small", withCrossShrink: true },
      fc.oneof(...leaf),
      tie("condition").map((of) => `!(${of})`),
      fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => `(${a}) && (${b})`),
      fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => `(${a}) || (${b})`),
    ),
  }));
  return condition;
}

type Table = { readonly [key: string]: Toml | undefined };
type Toml = string | number | boolean | readonly Toml[] | Table;

function has({ without = [] }: Without, name: Part): boolean {
  return !without.includes(name);
}

/** Of one part: sometimes there, and never where it is left out. */
function part<Of>(parts: Without, name: Part, of: fc.Arbitrary<Of>): fc.Arbitrary<Of | undefined> {
  return has(parts, name) ? fc.option(of, { nil: undefined }) : fc.constant(undefined);
}

function rarely<Of>(of: fc.Arbitrary<Of>): fc.Arbitrary<Of | undefined> {
  return fc.option(of, { nil: undefined, freq: 3 });
}

const source = fc.record({
  kind: fc.constantFrom("text", "secret", "fact", "input"),
  text: value,
  fact: fc.constantFrom("commit", "branch", "tag", "actor", "run-number", "base-branch"),
});

/** `X0`, `X1`: names that no shell and no provider has. */
function environment(isManual: boolean): fc.Arbitrary<Table | undefined> {
  return rarely(
    fc.array(source, { minLength: 1, maxLength: 3 }).map((sources) =>
      Object.fromEntries(
        sources.map(({ kind, text, fact }, at): [string, Toml] => {
          if (kind === "secret") return [`X${at}`, { secret: "NPM_TOKEN" }];
          if (kind === "fact") return [`X${at}`, { fact }];
          if (kind === "input" && isManual) return [`X${at}`, { input: "level" }];
          return [`X${at}`, text];
        }),
      ),
    ),
  );
}

function stepOf(parts: Without, isManual: boolean): fc.Arbitrary<Table> {
  return fc.record({
    run: commandText,
    name: rarely(value),
    if: part(parts, "step-conditions", conditionText(parts, "step")),
    env: environment(isManual),
    timeout_minutes: part(parts, "timeouts", fc.integer({ min: 1, max: 60 })),
    continue_on_error: rarely(fc.constant(true)),
    working_directory: rarely(fc.constantFrom("web", "a b/c")),
    shell: rarely(fc.constantFrom("bash", "sh")),
  });
}

type RandomJob = {
  readonly isApproval: boolean;
  readonly needs: readonly number[];
  readonly values: readonly string[];
  readonly steps: readonly Table[];
  readonly isMaker: boolean;
  readonly uses: number;
  readonly isTeller: boolean;
  readonly hearsItself: boolean;
  readonly common: Table;
  readonly rest: Table;
};

function jobOf(parts: Without, isManual: boolean): fc.Arbitrary<RandomJob> {
  const permission = fc.constantFrom("none", "read", "write");
  const sometimes = { nil: false, freq: 3 };
  return fc.record({
    isApproval: has(parts, "approvals")
      ? fc.nat(9).map((number) => number === 0)
      : fc.constant(false),
    needs: fc.array(fc.nat(20), { maxLength: 3 }),
    values: has(parts, "matrices")
      ? fc.uniqueArray(fc.stringMatching(/^[a-z0-9._/-]{1,6}$/), { maxLength: 3 })
      : fc.constant([]),
    steps: fc.array(stepOf(parts, isManual), { minLength: 1, maxLength: 3 }),
    isMaker: has(parts, "artifacts") ? fc.option(fc.constant(true), sometimes) : fc.constant(false),
    uses: fc.nat(20),
    hearsItself: has(parts, "step-outputs") ? fc.boolean() : fc.constant(false),
    isTeller: has(parts, "outputs") ? fc.option(fc.constant(true), sometimes) : fc.constant(false),
    common: fc.record({
      name: rarely(value.map((text) => text.replaceAll(/\s+/g, " ").trim() || "named")),
      if: part(parts, "job-conditions", conditionText(parts, "job")),
    }),
    rest: fc.record({
      image: part(parts, "containers", fc.constantFrom("debian:12", "node:26")),
      env: environment(isManual),
      services: part(parts, "services", fc.constant(["db"])),
      caches: part(parts, "caches", fc.subarray(["modules", "tools"], { minLength: 1 })),
      environment: part(parts, "environments", fc.constant("live")),
      timeout_minutes: part(parts, "timeouts", fc.integer({ min: 1, max: 300 })),
      continue_on_error: rarely(fc.constant(true)),
      permissions: part(
        parts,
        "permissions",
        fc.oneof(permission, fc.record({ contents: permission, packages: permission })),
      ),
      concurrency: part(
        parts,
        "concurrency",
        fc.record({
          group: fc.oneof(value, fc.constant("deploy-{{ branch }} $x")),
          cancel_in_progress: fc.boolean(),
        }),
      ),
      test_reports: part(parts, "test-reports", fc.constant(["reports/**/*.xml"])),
    }),
  });
}

function triggersOf(parts: Without, isManual: boolean): fc.Arbitrary<Table> {
  const globs = fc.uniqueArray(fc.constantFrom("main", "release/*", "feature/**"), {
    minLength: 1,
    maxLength: 2,
  });
  const tags = fc.constantFrom(["v*"], ["v1", "v2"]);
  const filter = has(parts, "push-filters")
    ? fc.oneof(
        fc.record({ branches: globs, tags: fc.option(tags, { nil: undefined }) }),
        fc.record({ branches_ignore: globs }),
        fc.record({ tags }),
        ...(has(parts, "tags-ignored") ? [fc.record({ branches: globs, tags_ignore: tags })] : []),
        fc.constant({}),
      )
    : fc.constant({ branches: ["main"] });
  return fc.record({
    push: filter,
    pull_request: part(
      parts,
      "pull-requests",
      fc.record({ branches: fc.option(globs, { nil: undefined }) }),
    ),
    merge_queue: part(parts, "merge-queues", fc.constant(true)),
    schedule: part(
      parts,
      "schedules",
      fc.array(fc.record({ cron: fc.constantFrom("0 3 * * *", "30 4 1 * MON") }), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    manual: fc.constant(
      isManual
        ? {
            inputs: {
              level: { type: "choice", options: ["low", "high"], default: "low" },
              dry: { type: "boolean", default: true },
            },
          }
        : undefined,
    ),
  });
}

/** The text of a `cig.toml` that plans without a problem. */
export function randomPipeline(parts: Without = {}): fc.Arbitrary<string> {
  const isManual = has(parts, "manual") ? fc.boolean() : fc.constant(false);
  return isManual
    .chain((manual) =>
      fc.record({
        triggers: triggersOf(parts, manual),
        jobs: fc.array(jobOf(parts, manual), { minLength: 1, maxLength: 6 }),
        permissions: part(parts, "permissions", fc.constantFrom("none", "read")),
      }),
    )
    .map(({ triggers, jobs, permissions }) => textOf({ triggers, permissions }, jobs));
}

function textOf(top: Table, jobs: readonly RandomJob[]): string {
  const named = jobs.map((job, at) => ({ job, id: `j${at}` }));
  const tables = named.map(({ job, id }, at) => {
    const before = named.slice(0, at);
    const needs = [...new Set(job.needs)].flatMap((one) => before[one] ?? []);
    return `[jobs.${id}]\n${linesOf(jobTable(job, id, needs))}`;
  });
  return [
    'version = "0.2"',
    linesOf(top),
    '[project]\nname = "fleet"',
    resources,
    ...tables,
    "",
  ].join("\n");
}

const resources = `[services.db]
image = "postgres:16"
env = { POSTGRES_PASSWORD = "it's $x" }
ports = [5432, "6543:6543"]
health = { command = "pg_isready -U \\"postgres\\"", interval_seconds = 5, retries = 3 }
[caches.modules]
paths = ["node_modules", ".cache/x"]
key_parts = ["package-lock.json", "node:26", "platform"]
[caches.tools]
paths = ["tools"]
key_parts = ["tools:1"]
[environments.live]
url = "https://example.com/a"`;

type Named = { readonly job: RandomJob; readonly id: string };

function jobTable(job: RandomJob, id: string, needs: readonly Named[]): Table {
  const common = { needs: needs.map((need) => need.id), ...job.common };
  if (job.isApproval) return { ...common, approval: "go on?" };
  const works = needs.filter((need) => !need.job.isApproval);
  const makers = works.filter((need) => need.job.isMaker);
  const tellers = works.filter((need) => need.job.isTeller && need.job.values.length === 0);
  const used = makers[job.uses % Math.max(makers.length, 1)];
  const told = tellers[job.uses % Math.max(tellers.length, 1)];
  const steps = job.steps.map((step, at) => {
    if (!job.isTeller) return step;
    if (at === 0) return { id: "s", ...step };
    return job.hearsItself ? { ...step, env: { HEARD: { step: "s.version" } } } : step;
  });
  return {
    ...common,
    ...job.rest,
    matrix: job.values.length === 0 ? undefined : { x: job.values },
    env: told === undefined ? job.rest["env"] : { TOLD: { output: `${told.id}.v` } },
    steps,
    artifacts: job.isMaker
      ? [{ name: `made-${id}`, paths: ["dist/a", "out/*.txt"], retention_days: 5, when: "always" }]
      : undefined,
    uses_artifacts: used === undefined ? undefined : [{ name: `made-${used.id}`, path: "in" }],
    outputs: job.isTeller ? { v: "s.version" } : undefined,
  };
}

function linesOf(table: Table): string {
  return Object.entries(table)
    .flatMap(([key, of]) => (of === undefined ? [] : [`${key} = ${tomlOf(of)}`]))
    .join("\n");
}

/** On one line: JSON's texts are TOML's but for DEL. */
function tomlOf(of: Toml): string {
  if (typeof of === "string") return JSON.stringify(of).replaceAll("\u007f", "\\u007f");
  if (typeof of !== "object") return String(of);
  if (isList(of)) return `[${of.map(tomlOf).join(", ")}]`;
  const entries = Object.entries(of).flatMap(([key, each]) =>
    each === undefined ? [] : [`${key} = ${tomlOf(each)}`],
  );
  return `{ ${entries.join(", ")} }`;
}

function isList(of: readonly Toml[] | Table): of is readonly Toml[] {
  return Array.isArray(of);
}
