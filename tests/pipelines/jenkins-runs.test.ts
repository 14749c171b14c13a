import { create } from "@bufbuild/protobuf";
import type { Graph, Job, Variable, Workflow } from "@slipway/pipeline-sdk/graph";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { events, holds, simulate, textOf } from "@slipway/pipelines/simulate";
import type { Scenario } from "@slipway/pipelines/simulate";
import { renderJenkins } from "@slipway/provider-jenkins";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { Runner } from "./jenkins/groovy.ts";
import type { Happened, RunRequest } from "./jenkins/groovy.ts";
import { randomPipeline } from "./random-pipeline.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

const runner = new Runner();
afterAll(async () => runner[Symbol.asyncDispose]());

const skipping = {
  install: "install slipway",
  decide: "decide",
  record: "record",
  secrets: ["STORE_TOKEN"],
  timeoutMinutes: 5,
};

/** The file of the first workflow. */
function fileOf(graph: Graph, isSkipping: boolean): string {
  const { fragments, diagnostics } = renderJenkins(
    create(GenerateRequestSchema, {
      target: "jenkins",
      graph,
      outputs: [{ path: "Jenkinsfile", workflows: [graph.workflows[0]?.id ?? ""] }],
      ...(isSkipping ? { skipping } : {}),
    }),
  );
  const [fragment] = fragments;
  if (fragment === undefined) throw new Error(JSON.stringify(diagnostics));
  return fragment.content;
}

const commit = "0123456789abcdef";

/** What Jenkins says of the run in a multibranch project. */
function requestOf(scenario: Scenario): RunRequest {
  const { event, branch, tag, baseBranch, headBranch, actor, inputs, settings } = scenario;
  const common = {
    BUILD_NUMBER: scenario.runNumber,
    GIT_COMMIT: commit,
    BUILD_TAG: "t",
    ...settings,
  };
  const ref: Readonly<Record<string, string>> = {
    push: tag === undefined ? { BRANCH_NAME: branch } : { BRANCH_NAME: tag, TAG_NAME: tag },
    "pull-request": {
      BRANCH_NAME: "PR-1",
      CHANGE_ID: "1",
      CHANGE_TARGET: baseBranch,
      CHANGE_BRANCH: headBranch,
      CHANGE_AUTHOR: actor,
    },
    "merge-queue": { BRANCH_NAME: "gh-readonly-queue/main/pr-1-abc" },
    schedule: { BRANCH_NAME: branch },
    manual: { BRANCH_NAME: branch },
  }[event];
  return {
    env: { ...common, ...ref, WORKSPACE_TMP: "/w@tmp", EXECUTOR_NUMBER: "0" },
    params: { ...inputs, ...("dry" in inputs ? { dry: inputs["dry"] === "true" } : {}) },
    causes: {
      ...(event === "schedule" ? { "hudson.triggers.TimerTrigger$TimerTriggerCause": [{}] } : {}),
      ...(event === "manual" ? { "hudson.model.Cause$UserIdCause": [{ userId: actor }] } : {}),
    },
    failing: [],
  };
}

const branchName = fc.constantFrom("main", "release/1", "feature/a/b", "dev");

const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    event: fc.constantFrom(...events),
    branch: branchName,
    tag: fc.option(fc.constantFrom("v1", "v2", "other"), { nil: undefined }),
    baseBranch: branchName,
    headBranch: branchName,
    actor: fc.constantFrom("somebody", "a"),
    settings: fc.constantFrom({}, { FAST: "1" }, { SKIP: "true", FAST: "0" }, { SKIP: "false" }),
    level: fc.constantFrom("low", "high"),
    dry: fc.constantFrom("true", "false"),
  })
  .map(({ level, dry, actor, tag, ...rest }) => ({
    ...rest,
    tag: rest.event === "push" ? tag : undefined,
    // Who pushed, Jenkins does not know.
    actor: rest.event === "manual" || rest.event === "pull-request" ? actor : "",
    action: "synchronize",
    cron: undefined,
    commit,
    runNumber: "7",
    inputs: { level, dry },
    outputs: {},
  }));

/** Whether nothing keeps the job from failing, where its commands do. */
function canFail({ kind }: Job): boolean {
  const [first] = kind.case === "work" ? kind.value.steps : [];
  return first !== undefined && first.condition === undefined && !first.mayFail;
}

type Case = {
  readonly graph: Graph;
  readonly workflow: Workflow;
  readonly scenario: Scenario;
  readonly failing: readonly Job[];
  readonly unchanged: readonly Job[];
};

function caseOf(graph: Graph, told: Scenario, picks: readonly number[]): readonly Case[] {
  const [workflow] = graph.workflows;
  if (workflow === undefined) return [];
  // Who starts a run of a workflow that nobody is to start runs once more what was pushed.
  if (told.event === "manual" && workflow.triggers?.manual === undefined) return [];
  const pick = (of: readonly Job[], by: number): readonly Job[] =>
    of.filter((_, at) => (by >> at) % 2 === 1);
  const failing = pick(workflow.jobs.filter(canFail), picks[0] ?? 0);
  const isAsked = (job: Job): boolean =>
    job.kind.case === "work" && job.kind.value.environment === "";
  return [
    {
      graph,
      workflow,
      scenario: told,
      failing,
      unchanged: pick(workflow.jobs.filter(isAsked), picks[1] ?? 0),
    },
  ];
}

function stageNames(jobs: readonly Job[]): ReadonlyMap<string, Job> {
  return new Map(
    jobs.map((job) => [
      jobs.filter(({ name }) => name === job.name).length > 1
        ? `${job.name} (${job.id})`
        : job.name,
      job,
    ]),
  );
}

/** Which jobs run in it, by what the graph means and by what happened. */
function compareJobs(
  { graph, workflow, scenario, failing, unchanged }: Case,
  happened: readonly Happened[],
): void {
  const { jobs } = simulate(
    graph,
    [{ provider: "jenkins", path: "Jenkinsfile", workflows: [workflow.id], content: undefined }],
    scenario,
    {
      failing: new Set(failing.map(({ id }) => id)),
      unchanged: new Set(unchanged.map(({ id }) => id)),
    },
  );
  const byStage = stageNames(workflow.jobs);
  const began = happened.flatMap((one) =>
    one.began === true || one.asked !== undefined ? [byStage.get(one.stage ?? "")?.id ?? ""] : [],
  );
  const known = jobs.filter(({ fate }) => fate.verdict !== "depends").map(({ job }) => job);
  const expected = jobs
    .filter(({ fate }) => fate.verdict === "run" || fate.verdict === "waits")
    .map(({ job }) => job);
  expect(began.filter((id) => known.includes(id)).toSorted()).toEqual(expected.toSorted());
}

const withBash = '[ -n "$BASH_VERSION" ] || ! command -v bash >/dev/null || exec bash -e "$0"\n';

/** Of jobs in which nothing fails: the commands that run, and what stands in their variables. */
function compareCommands(
  { workflow, scenario, failing }: Case,
  happened: readonly Happened[],
): void {
  const none = { hasFailed: false, wasCancelled: false, isEnding: false };
  for (const [stage, job] of stageNames(workflow.jobs)) {
    const ofStage = happened.filter((one) => one.stage === stage);
    if (job.kind.case !== "work" || ofStage.length === 0 || failing.includes(job)) continue;
    const { steps, env } = job.kind.value;
    const textsOf = (variables: readonly Variable[]): Record<string, string> =>
      Object.fromEntries(
        variables.flatMap(({ name, value }) => {
          const text =
            value?.kind.case === "secret"
              ? `secret:${value.kind.value}`
              : textOf(value, { scenario, before: none, env: {}, steps: {} });
          // What a job tells others is asked for elsewhere.
          return text === undefined ? [] : [[name, text] as const];
        }),
      );
    const expected = steps.flatMap(({ condition, kind, env: own, mayFail, timeoutMinutes }) => {
      if (
        kind.case !== "run" ||
        holds(condition, { scenario, before: none, env: {}, steps: {} }) === false
      )
        return [];
      return [
        {
          run: kind.value.command,
          isPlain: kind.value.shell === "" && !(mayFail && timeoutMinutes > 0),
          env: textsOf([...env, ...own]),
        },
      ];
    });
    const found = ofStage.filter(
      (one) => one.run !== undefined && one.env?.["SLIPWAY_NETWORK"] === undefined,
    );
    const read = found.map(({ run, env: texts = {} }, at) => {
      const wanted = expected[at];
      const names = Object.keys(wanted?.env ?? {});
      return {
        run: wanted?.isPlain === true ? run?.replace(withBash, "") : wanted?.run,
        env: Object.fromEntries(names.map((name) => [name, texts[name]])),
      };
    });
    expect(read).toEqual(expected.map(({ run, env: texts }) => ({ run, env: texts })));
  }
}

function requestFor({ workflow, scenario, failing, unchanged }: Case): RunRequest {
  const names = stageNames(workflow.jobs);
  return {
    ...requestOf(scenario),
    failing: [...names].flatMap(([name, job]) => (failing.includes(job) ? [name] : [])),
    said: unchanged.map(({ id }) => `${id}=false\n`).join(""),
  };
}

test(
  "in any run of any pipeline those jobs and commands run that the graph means",
  { timeout: 120_000 },
  async () => {
    const graphs = fc.sample(randomPipeline({ without: ["step-outputs"] }), 25).map(graphOf);
    const picked = fc.tuple(anyScenario, fc.array(fc.nat(255), { minLength: 2, maxLength: 2 }));
    for (const graph of graphs) {
      const file = runner.add(fileOf(graph, true));
      for (const [told, picks] of fc.sample(picked, 8)) {
        for (const one of caseOf(graph, told, picks)) {
          const { problem, happened } = await runner.run(file, requestFor(one));
          expect(problem).toBe(null);
          compareJobs(one, happened);
          compareCommands(one, happened);
        }
      }
    }
  },
);

const push: RunRequest = {
  env: {
    BRANCH_NAME: "main",
    BUILD_TAG: "jenkins-a/b-7",
    EXECUTOR_NUMBER: "0",
    WORKSPACE_TMP: "/w@tmp",
  },
  params: {},
  causes: {},
  failing: [],
};

/** What happened in one run of a pipeline. */
async function runOnce(text: string, request: Partial<RunRequest> = {}, isSkipping = false) {
  const file = runner.add(fileOf(graphOf(head + text), isSkipping));
  const only = await runner.run(file, { ...push, ...request });
  return {
    ...only,
    began: only.happened.flatMap(({ began, asked, stage }) =>
      began === true || asked !== undefined ? [stage ?? ""] : [],
    ),
    commands: only.happened.flatMap(({ run: command }) =>
      command === undefined ? [] : [command.replace(withBash, "")],
    ),
  };
}

function jobsOf(of: Readonly<Record<string, string>>): string {
  return Object.entries(of)
    .map(([id, rest]) => `[jobs.${id}]\nsteps = [{ run = "${id}" }]\n${rest}\n`)
    .join("");
}

test("what comes after a failed job does not run, through one that was left out neither; all else does", async () => {
  const text = jobsOf({
    a: "",
    b: 'needs = ["a"]',
    c: 'needs = ["b"]',
    hidden: 'needs = ["a"]\nif = "failure() && branch == \'dev\'"',
    after: 'needs = ["hidden"]',
    lone: "",
    beside: 'needs = ["lone"]',
    always: 'needs = ["b"]\nif = "always()"',
    behind: 'needs = ["always"]',
    failure: 'needs = ["c"]\nif = "failure()"',
    never: 'needs = ["lone"]\nif = "failure()"',
  });
  const { began, result, problem } = await runOnce(text, { failing: ["a"] });
  expect(began.toSorted()).toEqual(["a", "always", "beside", "failure", "lone"]);
  expect({ result, problem }).toEqual({ result: "FAILURE", problem: null });
});

test("a job that may fail fails nothing, and what needs it runs", async () => {
  const text = jobsOf({ a: "continue_on_error = true", b: 'needs = ["a"]' });
  const { began, result } = await runOnce(text, { failing: ["a"] });
  expect({ began, result }).toEqual({ began: ["a", "b"], result: "SUCCESS" });
});

test("after a step that failed those run that ask for it, and a job is tried again from its first step", async () => {
  const steps = `[jobs.a]
retry = 1
steps = [
  { run = "first" },
  { run = "whatever", if = "always()" },
  { run = "usual" },
  { run = "mourn", if = "failure()" },
  { run = "cheer", if = "success()" },
]
artifacts = [{ name = "log", paths = ["log"], when = "failure" }, { name = "out", paths = ["out"] }]
test_reports = ["*.xml"]
`;
  const failed = await runOnce(steps, { failing: ["a"] });
  const attempt = ["first", "whatever", "mourn"];
  expect(failed.commands).toEqual([...attempt, ...attempt]);
  expect(failed.happened.flatMap(({ kept, reports }) => kept ?? reports ?? [])).toEqual([
    "*.xml",
    "log,log/**",
  ]);
  expect(failed.result).toBe("FAILURE");
  const well = await runOnce(steps);
  expect(well.commands).toEqual(["first", "whatever", "usual", "cheer"]);
  expect(well.happened.flatMap(({ kept, reports }) => kept ?? reports ?? [])).toEqual([
    "out,out/**",
    "*.xml",
  ]);
});

test("outputs of steps go to later steps and to jobs that need it", async () => {
  const { happened } = await runOnce(`[jobs.a]
steps = [{ run = "tell", id = "s" }, { run = "hear", env = { HEARD = { step = "s.notes" } } }]
outputs = { v = "s.version" }
[jobs.b]
needs = ["a"]
env = { TOLD = { output = "a.v" } }
steps = [{ run = "use" }]
`);
  const texts = happened.flatMap(({ env = {} }) => [env["HEARD"], env["TOLD"]]);
  expect(texts.filter((text) => text !== undefined)).toEqual(["a=b\nc", "1.2"]);
});

test("services begin before the container of the job, are waited for, and end whatever happens", async () => {
  const { happened, result } = await runOnce(
    `[services.db]
image = "postgres:16"
env = { POSTGRES_PASSWORD = "it's $x", TOKEN = { secret = "DB_TOKEN" } }
ports = ["6543:5432"]
health = { command = "pg_isready", retries = 3 }
[jobs.a]
image = "node:26"
services = ["db"]
steps = [{ run = "make test" }]
`,
    { failing: ["a"] },
  );
  const removed = `docker rm -f -v "$SLIPWAY_NETWORK-db"\ndocker network rm "$SLIPWAY_NETWORK"`;
  expect(happened.map((one) => one.run ?? one.tried ?? one.inside ?? "")).toEqual([
    "",
    removed,
    `docker network create "$SLIPWAY_NETWORK"`,
    removed,
  ]);
  expect(happened[2]?.env).toEqual({ SLIPWAY_NETWORK: "slipway-jenkins-a-b-7-0-a" });
  expect(result).toBe("FAILURE");
  const well = await runOnce(
    `[services.db]
image = "postgres:16"
env = { POSTGRES_PASSWORD = "it's $x", TOKEN = { secret = "DB_TOKEN" } }
ports = ["6543:5432"]
health = { command = "pg_isready", retries = 3 }
[jobs.a]
image = "node:26"
services = ["db"]
steps = [{ run = "make test" }]
`,
  );
  expect(
    well.happened.map((one) => one.run ?? one.inside ?? "").filter((one) => one !== ""),
  ).toEqual([
    `docker network create "$SLIPWAY_NETWORK"`,
    `docker run -d --name "$SLIPWAY_NETWORK-db" --network "$SLIPWAY_NETWORK" --network-alias db -e 'POSTGRES_PASSWORD=it'\\''s $x' -e TOKEN="$SLIPWAY_SERVICE_1" -p 6543:5432 --health-cmd pg_isready --health-retries 3 postgres:16`,
    `while :; do
  case $(docker inspect -f '{{.State.Running}} {{.State.Health.Status}}' "$SLIPWAY_NETWORK-db") in
    'true healthy') break ;;
    'true starting') sleep 1 ;;
    *) docker logs "$SLIPWAY_NETWORK-db"; exit 1 ;;
  esac
done`,
    "node:26",
    "make test",
  ]);
  expect(well.happened.find(({ inside }) => inside !== undefined)?.args).toBe(
    "--network slipway-jenkins-a-b-7-0-a",
  );
});

const chain = jobsOf({
  build: "",
  test: 'needs = ["build"]',
  ship: 'needs = ["test"]\nenvironment = "live"',
}).replace(/^/, "[environments.live]\n");

test("jobs whose signature is unchanged are left out, count as having ended well, and are recorded no more", async () => {
  const { began, happened } = await runOnce(
    chain,
    { said: "noise\nbuild=false\n test=false\ntest=true\nship=false\n" },
    true,
  );
  expect(began).toEqual(["signatures", "test", "ship", "record successes"]);
  expect(happened.flatMap(({ tried }) => tried ?? [])).toEqual([
    `timeout 300 sh -e -c 'record --provider jenkins --event "$SLIPWAY_EVENT" --workflow ci --job test'`,
  ]);
  expect(happened.find(({ stage }) => stage === "record successes")?.env).toBe(undefined);
});

test("the command that decides is told what started the run, which no variable of Jenkins says", async () => {
  const { happened } = await runOnce(
    `[triggers]\npush = {}\nschedule = [{ cron = "0 3 * * *" }]\n${chain}`,
    { said: "", causes: { "hudson.triggers.TimerTrigger$TimerTriggerCause": [{}] } },
    true,
  );
  expect(happened.flatMap(({ decided }) => decided ?? [])).toEqual([
    `timeout 300 sh -e -c 'decide --provider jenkins --event "$SLIPWAY_EVENT" --workflow ci'`,
  ]);
  expect(happened.find(({ run }) => run?.includes("install") === true)?.env).toEqual({
    SLIPWAY_EVENT: "schedule",
    STORE_TOKEN: "secret:STORE_TOKEN",
  });
});

test.each([
  ["the command that decides", {}],
  ["its installation", { failing: ["signatures"], said: "build=false\n" }],
])("where %s fails, all jobs run, and the run is none the worse", async (_what, request) => {
  const { began, result } = await runOnce(chain, request, true);
  expect(began.filter((stage) => stage !== "signatures" && stage !== "record successes")).toEqual([
    "build",
    "test",
    "ship",
  ]);
  expect(result).toBe("SUCCESS");
});

test("a person is asked after all that waits for nobody, and without a machine", async () => {
  const { began, happened } = await runOnce(
    `[jobs.ask]
approval = "ship it?"
${jobsOf({ deploy: 'needs = ["ask"]', lint: "", report: 'needs = ["lint"]' })}`,
  );
  expect(began).toEqual(["lint", "report", "ask", "deploy"]);
  expect(happened.flatMap(({ asked }) => asked ?? [])).toEqual(["ship it?"]);
});
