import { create } from "@bufbuild/protobuf";
import { FeatureSchema, Feature_Support } from "@slipway/pipeline-sdk/protocol";
import { expect, test } from "vitest";
import { planPipeline } from "../plan/plan.ts";
import { explainJobs, jobsNear } from "./explain-jobs.ts";

const definition = `version = "0.2"
project = { name = "shop" }
[triggers]
push = { branches = ["main", "release/*"], tags = ["v*"] }
pull_request = { branches = ["main"], types = ["opened"] }
schedule = [{ cron = "0 3 * * *" }, { cron = "0 4 * * *", branches = ["dev"] }]
manual = true
merge_queue = true
[environments.live]
[caches.npm]
paths = ["~/.npm"]
backend = "s3"
[jobs.test]
matrix = { os = ["linux", "mac"] }
timeout_minutes = 5
steps = [{ run = "true" }]
[jobs.agreed]
needs = ["test[os=mac]"]
approval = "Go?"
[jobs.deploy]
needs = ["agreed"]
if = "branch == 'main' && !failure()"
environment = "live"
caches = ["npm"]
retry = 2
steps = [{ run = "true" }]
[jobs.scan]
skip = "allowed"
steps = [{ run = "true" }]
`;

const { EMULATED, NATIVE, NONE } = Feature_Support;

const features = [
  ["Work.timeout_minutes", EMULATED, "by timeout"],
  ["Work.steps", NATIVE, ""],
  ["Work.retry", NONE, "repeat the command"],
  ["Retry.attempts", NONE, "repeat the command"],
  ["Cache.backend", EMULATED, "by steps"],
  ["Triggers.push", EMULATED, "of the workflow, and of none of its jobs"],
  ["Job.base", EMULATED, "no word of the file"],
] as const;

function explained(id: string, isSkipping = true) {
  const planned = planPipeline({ file: "cig.toml", text: definition }, { facts: undefined });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph } = planned.value.resolved;
  const provider = { provider: "github", path: "ci.yml", description: "", secondPath: "" };
  const known = features.map(([name, support, note]) =>
    create(FeatureSchema, { name, support, note }),
  );
  return {
    graph,
    jobs: explainJobs(id, {
      graph,
      outputs: [{ ...provider, workflows: ["ci"] }],
      providers: new Map([["github", known]]),
      isSkipping,
    }),
  };
}

test("a job is told with what starts it, when it runs, and what its providers have not of it alone", () => {
  expect(explained("deploy").jobs).toEqual([
    {
      workflow: "ci",
      job: "deploy",
      values: {},
      kind: "work",
      triggers: [
        "push: branches main, release/*; tags v*",
        "pull request: into main, opened",
        "merge queue",
        "schedule 0 3 * * *",
        "schedule 0 4 * * * on dev",
        "manual",
      ],
      condition: "branch == 'main' && !failure()",
      needs: ["agreed"],
      skip: "never",
      providers: [
        {
          provider: "github",
          path: "ci.yml",
          emulated: [{ key: "`caches.backend`", note: "by steps" }],
          refused: [{ key: "`jobs.retry`", note: "repeat the command" }],
        },
      ],
    },
  ]);
});

test("a name of a job with a matrix is all of its jobs, and an id is one", () => {
  const ids = (id: string) => explained(id).jobs.map(({ job, values }) => [job, values]);
  expect(ids("test")).toEqual([
    ["test-linux", { os: "linux" }],
    ["test-mac", { os: "mac" }],
  ]);
  expect(ids("test-mac")).toEqual([["test-mac", { os: "mac" }]]);
  expect(ids("ci.test-mac")).toEqual([["test-mac", { os: "mac" }]]);
  expect(ids("other.test-mac")).toEqual([]);
});

test.each([
  ["test-mac", "auto"],
  ["scan", "asked"],
  ["agreed", "never"],
])("%s is left out: %s", (id, skip) => {
  expect(explained(id).jobs.map((job) => job.skip)).toEqual([skip]);
  expect(explained(id, false).jobs.map((job) => job.skip)).toEqual(["off"]);
});

test("of an id that is none, those are told that are near, or else all", () => {
  const { graph } = explained("x");
  expect(jobsNear("deplyo", graph)).toEqual(["deploy"]);
  expect(jobsNear("x", graph)).toEqual(["scan", "test", "agreed", "deploy"]);
});
