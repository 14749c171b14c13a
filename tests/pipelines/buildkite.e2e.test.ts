import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { Comparison_Operator, Fact, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Graph, Job, Value, Variable, Workflow } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level, GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderBuildkite } from "@slipway/provider-buildkite";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomPipeline } from "./random-pipeline.ts";
import { buildReader, holdsIn, readBuildkite } from "./read-buildkite.ts";
import type { Build, ReadStep } from "./read-buildkite.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buildkite-"));
const checkout = path.join(folder, "checkout");
const programs = path.join(folder, "programs");
let reader = "";

/** Stands for a shell that runs a command of the file: it writes down what it was given. */
const recorder = `#!/bin/sh
for last; do :; done
printf '%s\\0' "\${0##*/}" "$PWD" "$last" "\${X0-unset}" "\${X1-unset}" "\${X2-unset}" "\${TOLD-unset}" "\${HEARD-unset}" >>"$RECORD"
`;

/** Stand for programs of the agent's machine. */
const fakes = {
  bash: recorder,
  sh: recorder,
  timeout: '#!/bin/sh\nshift\nexec "$@"\n',
  "buildkite-agent": `#!/bin/sh
case "$1 $2" in
  "secret get") printf '%s' "secret of $3" ;;
  "meta-data get") printf '%s' "$5" ;;
esac
`,
  docker: `#!/bin/sh
case "$1 $2" in
  "inspect "*) echo "running healthy" ;;
  "run --detach") ;;
  "run "*)
    while [ $# -gt 4 ]; do shift; done
    exec "$@" ;;
esac
`,
};

beforeAll(() => {
  reader = buildReader(folder);
  mkdirSync(programs);
  mkdirSync(path.join(checkout, "web"), { recursive: true });
  mkdirSync(path.join(checkout, "a b/c"), { recursive: true });
  for (const [name, text] of Object.entries(fakes)) {
    writeFileSync(path.join(programs, name), text, { mode: 0o755 });
  }
  writeFileSync(path.join(folder, "environment"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

/** What happened, and what people set. */
type Event = {
  readonly event: "push" | "pull-request" | "merge-queue" | "schedule" | "manual";
  readonly branch: string;
  readonly tag: string;
  readonly base: string;
  readonly actor: string;
  readonly settings: Readonly<Record<string, string>>;
};

function factOf(event: Event, fact: Fact): string {
  const isOfBranch = event.event !== "pull-request" && event.tag === "";
  switch (fact) {
    case Fact.COMMIT:
      return "c0ffee";
    case Fact.BRANCH:
      return isOfBranch ? event.branch : "";
    case Fact.HEAD_BRANCH:
      return event.event === "pull-request" ? event.branch : "";
    case Fact.TAG:
      return event.tag;
    case Fact.EVENT:
      return event.event;
    case Fact.BASE_BRANCH:
      return event.event === "pull-request" ? event.base : "";
    case Fact.RUN_NUMBER:
      return "7";
    case Fact.ACTOR:
      return event.actor;
    case Fact.UNSPECIFIED:
      throw new Error("no fact");
  }
}

function environmentOf(event: Event): Readonly<Record<string, string>> {
  const sources = { schedule: "schedule", manual: "ui" } as const;
  const isPullRequest = event.event === "pull-request";
  return {
    BUILDKITE_SOURCE:
      event.event === "schedule" || event.event === "manual" ? sources[event.event] : "webhook",
    BUILDKITE_BRANCH: event.tag || event.branch,
    BUILDKITE_TAG: event.tag,
    BUILDKITE_COMMIT: "c0ffee",
    BUILDKITE_BUILD_NUMBER: "7",
    BUILDKITE_BUILD_CREATOR: event.actor,
    BUILDKITE_PULL_REQUEST: isPullRequest ? "12" : "false",
    BUILDKITE_PULL_REQUEST_BASE_BRANCH: isPullRequest ? event.base : "",
    BUILDKITE_MERGE_QUEUE_BASE_BRANCH: event.event === "merge-queue" ? event.base : "",
    BUILDKITE_PIPELINE_SLUG: "fleet",
    BUILDKITE_JOB_ID: "job",
    BUILDKITE_ENV_FILE: path.join(folder, "environment"),
    ...event.settings,
  };
}

function buildOf(event: Event): Build {
  const env = environmentOf(event);
  const isPullRequest = event.event === "pull-request";
  return {
    values: {
      "build.source": env["BUILDKITE_SOURCE"],
      "build.branch": env["BUILDKITE_BRANCH"],
      "build.tag": event.tag || undefined,
      "build.commit": "c0ffee",
      "build.pull_request.id": isPullRequest ? "12" : undefined,
      "build.pull_request.base_branch": isPullRequest ? event.base : undefined,
      "build.merge_queue.base_branch": event.event === "merge-queue" ? event.base : undefined,
    },
    env: event.settings,
  };
}

function globFits(glob: string, name: string): boolean {
  const pattern = glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : RegExp.escape(part);
  });
  return new RegExp(`^${pattern}$`, "su").test(name);
}

function isFor({ triggers }: Workflow, event: Event): boolean {
  const { push, pullRequest, mergeQueue, manual, schedules = [] } = triggers ?? {};
  const fits = (globs: readonly string[], name: string): boolean =>
    globs.some((glob) => globFits(glob, name));
  switch (event.event) {
    case "push": {
      if (push === undefined) return false;
      const { branches, branchesIgnore, tags, tagsIgnore } = push;
      if (event.tag !== "") {
        return tags.length > 0
          ? fits(tags, event.tag)
          : tagsIgnore.length > 0 && !fits(tagsIgnore, event.tag);
      }
      if (branches.length > 0) return fits(branches, event.branch);
      if (branchesIgnore.length > 0) return !fits(branchesIgnore, event.branch);
      return tags.length + tagsIgnore.length === 0;
    }
    case "pull-request":
      return (
        pullRequest !== undefined &&
        (pullRequest.branches.length === 0 || fits(pullRequest.branches, event.base))
      );
    case "merge-queue":
      return mergeQueue !== undefined;
    case "schedule":
      return schedules.length > 0;
    case "manual":
      return manual !== undefined;
  }
}

function textOf(value: Value | undefined, event: Event): string {
  const kind = value?.kind;
  switch (kind?.case) {
    case "literal":
      return kind.value;
    case "secret":
      return `secret of ${kind.value}`;
    case "fact":
      return factOf(event, kind.value);
    case "setting":
      return event.settings[kind.value] ?? "";
    case "input":
      return event.event === "manual" ? (kind.value === "level" ? "low" : "true") : "";
    case "output":
    case "step":
      return "";
    case "joined":
      return kind.value.of.map((part) => textOf(part, event)).join("");
    case "env":
    case undefined:
      throw new Error("not made here");
  }
}

/** Where nothing failed. */
function holds({ kind }: Condition, event: Event): boolean {
  switch (kind.case) {
    case "literal":
      return kind.value;
    case "status":
      return kind.value === Status.SUCCESS || kind.value === Status.ALWAYS;
    case "not":
      return !holds(kind.value, event);
    case "all":
      return kind.value.of.every((one) => holds(one, event));
    case "any":
      return kind.value.of.some((one) => holds(one, event));
    case "comparison": {
      const left = textOf(kind.value.left, event);
      return kind.value.operator === Comparison_Operator.EQUAL
        ? left === kind.value.right
        : globFits(kind.value.right, left);
    }
    case undefined:
      throw new Error("no condition");
  }
}

type Run = { readonly shell: string; readonly folder: string; readonly command: string } & {
  readonly values: readonly string[];
};

const names = ["X0", "X1", "X2", "TOLD", "HEARD"];

/** Commands of the file that run, each with what it knows. */
function expectedRuns(workflow: Workflow, job: Job, event: Event): readonly Run[] {
  if (job.kind.case !== "work") return [];
  const { steps, env } = job.kind.value;
  if (job.condition !== undefined && !holds(job.condition, event)) return [];
  return steps.flatMap(({ kind, condition, env: own }) => {
    if (kind.case !== "run" || (condition !== undefined && !holds(condition, event))) return [];
    const { command, shell, workingDirectory } = kind.value;
    const all: readonly Variable[] = [...workflow.env, ...env, ...own];
    return [
      {
        shell: shell || "bash",
        folder: path.join(checkout, workingDirectory),
        command: /^[-+]/.test(command) ? ` ${command}` : command,
        values: names.map((name) => {
          const found = all.findLast((one) => one.name === name);
          return found === undefined ? "unset" : withoutLastLines(found, event);
        }),
      },
    ];
  });
}

/** What a shell takes from another program has no last empty lines. */
function withoutLastLines({ value }: Variable, event: Event): string {
  const text = textOf(value, event);
  return value?.kind.case === "literal" ? text : text.replace(/\n+$/, "");
}

const ownCommands = /buildkite-agent (?:artifact|annotate|meta-data set)|\.slipway\/caches/;

/** Runs the command of a step as the agent does, or its plugin for containers. */
function runsOf(step: ReadStep, event: Event): readonly Run[] {
  const record = path.join(folder, "record");
  writeFileSync(record, "");
  const docker = step.plugins.some((plugin) =>
    Object.keys(plugin).some((name) => name.includes("/docker-buildkite")),
  );
  const secrets = step.secrets.map(
    ({ key, environment_variable: name }) => [name, `secret of ${key}`] as const,
  );
  const { status, stderr } = spawnSync(
    docker ? "/bin/sh" : "/bin/bash",
    ["-e", "-c", step.command ?? ""],
    {
      cwd: checkout,
      encoding: "utf8",
      env: {
        PATH: `${programs}:/usr/bin:/bin`,
        HOME: folder,
        RECORD: record,
        ...environmentOf(event),
        ...step.env,
        ...Object.fromEntries(secrets),
      },
    },
  );
  expect({ status, stderr }, step.command).toEqual({ status: 0, stderr: "" });
  const fields = readFileSync(record, "utf8").split("\0").slice(0, -1);
  const width = 3 + names.length;
  return Array.from({ length: fields.length / width }, (_none, at) => {
    const [shell = "", at_ = "", command = "", ...values] = fields.slice(
      at * width,
      at * width + width,
    );
    return { shell, folder: at_, command, values };
  }).filter(({ command }) => !ownCommands.test(command));
}

/** What a step waits for at least, and what it may wait for. */
function checkNeeds(jobs: readonly Job[], job: Job, step: ReadStep): void {
  const waits = new Set(step.depends_on.map((one) => one.step));
  expect(job.needs.filter((need) => !waits.has(need))).toEqual([]);
  const before = new Set<string>();
  const follow = ({ needs }: Job): void => {
    for (const need of needs) {
      before.add(need);
      const found = jobs.find(({ id }) => id === need);
      if (found !== undefined) follow(found);
    }
  };
  follow(job);
  expect([...waits].filter((key) => !before.has(key) && !key.endsWith("-inputs"))).toEqual([]);
}

const usual: Event = {
  event: "push",
  branch: "main",
  tag: "",
  base: "",
  actor: "anna",
  settings: {},
};

function check(text: string, event: Event): void {
  const graph = graphOf(text);
  const outputs = graph.workflows.map(({ id }) => ({
    path: `.buildkite/${id}.yml`,
    workflows: [id],
  }));
  const { fragments, diagnostics } = renderBuildkite(
    create(GenerateRequestSchema, { target: "buildkite", graph, outputs }),
  );
  const errors = diagnostics.filter(({ level }) => level === Diagnostic_Level.ERROR);
  // The actor is not known when it is decided whether there is an approval.
  if (errors.some(({ code }) => code === "BUILDKITE_APPROVAL")) return;
  expect(errors.map(({ message }) => message)).toEqual([]);
  for (const [at, workflow] of graph.workflows.entries()) {
    const content = fragments[at]?.content ?? "";
    const read = readBuildkite(reader, content, environmentOf(event));
    if ("problem" in read) throw new Error(`${read.problem}\n${content}`);
    const steps = read.steps.filter(({ input }) => input === undefined);
    expect(steps.map((step) => [step.key, step.label ?? step.block])).toEqual(
      workflow.jobs.map(({ id, name }) => [id, name]),
    );
    for (const [number, job] of workflow.jobs.entries()) {
      const step = steps[number];
      if (step !== undefined) checkJob(workflow, job, step, event);
    }
  }
}

function checkJob(workflow: Workflow, job: Job, step: ReadStep, event: Event): void {
  checkNeeds(workflow.jobs, job, step);
  const isThere = step.if === undefined || holdsIn(step.if, buildOf(event));
  const expected = expectedRuns(workflow, job, event);
  if (!isFor(workflow, event)) {
    expect(isThere, step.if).toBe(false);
    return;
  }
  if (job.kind.case !== "work") {
    expect(isThere, step.if).toBe(job.condition === undefined || holds(job.condition, event));
    return;
  }
  const { timeoutMinutes, mayFail, concurrency } = job.kind.value;
  expect({
    timeout: step.timeout_in_minutes ?? 0,
    mayFail: step.soft_fail ?? false,
    concurrency: step.concurrency_group,
  }).toEqual({
    timeout: timeoutMinutes,
    mayFail,
    concurrency:
      concurrency === undefined ? undefined : `fleet/${groupOf(concurrency.group, event)}`,
  });
  const [only] = expected;
  // The agent's shell runs it as it is.
  if (only !== undefined && step.command === only.command && step.plugins.length === 0) {
    expect(isThere).toBe(true);
    return;
  }
  expect(isThere ? runsOf(step, event) : [], `${step.if ?? ""}\n${step.command ?? ""}`).toEqual(
    expected,
  );
}

/** A group knows the branch of a pull request too. */
function groupOf(value: Value | undefined, event: Event): string {
  const kind = value?.kind;
  if (kind?.case === "joined") return kind.value.of.map((part) => groupOf(part, event)).join("");
  return kind?.case === "fact" && kind.value === Fact.BRANCH
    ? event.tag || event.branch
    : textOf(value, event);
}

test("the agent's own parser reads the graph of the example back, and its commands run", () => {
  const example = path.join(import.meta.dirname, "../../examples/pipeline/cig.toml");
  const text = readFileSync(example, "utf8").replace(
    "[runners.linux-large]",
    '[runners.linux-large]\nbuildkite = { agents = { queue = "large" } }',
  );
  check(text, usual);
});

const awkward = [
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
  "\\$HOME \\\\$HOME \\\\\\$HOME $$ ${HOME:-\\} $$$ \\",
  "${UNSET?no} $1 $? \\${X}",
];

test.each(awkward)("a command, a variable and a name of %j are what they are", (text) => {
  const written = JSON.stringify(text);
  const env = `env = { X0 = ${written} }`;
  check(
    `${head}[jobs.a]\nname = ${written}\n${env}\nsteps = [{ run = ${written} }, { run = "b", ${env} }]\n[jobs.b]\nsteps = [{ run = ${written} }]\n`,
    usual,
  );
});

const events: fc.Arbitrary<Event> = fc.record({
  event: fc.constantFrom("push", "pull-request", "merge-queue", "schedule", "manual"),
  branch: fc.constantFrom("main", "release/1", "feature/a/b", "dev"),
  tag: fc.constant(""),
  base: fc.constantFrom("main", "release/1"),
  actor: fc.constantFrom("anna", "a"),
  settings: fc.constantFrom({}, { FAST: "1" }, { SKIP: "yes" }, { SKIP: "false" }),
});
const tagged = events.map((event): Event => ({ ...event, event: "push", tag: "v1" }));

test("of any pipeline and any event the same jobs and commands run as the graph says", () => {
  fc.assert(fc.property(randomPipeline(), fc.oneof(events, events, tagged), check), {
    numRuns: 60,
  });
});
