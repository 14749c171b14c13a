import { judged } from "@slipway/pipeline-kit/test/policy";
import { Comparison_Operator, Fact, Permissions_Access } from "@slipway/pipeline-sdk/graph";
import type { GraphSchema, JobSchema, WorkflowSchema } from "@slipway/pipeline-sdk/graph";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { security } from "./security.ts";

type Init<Message> = Exclude<Message, { readonly $typeName: string }>;
type Graph = Init<MessageInitShape<typeof GraphSchema>>;
type Workflow = Init<MessageInitShape<typeof WorkflowSchema>>;
type Job = Init<MessageInitShape<typeof JobSchema>>;
type Work = Extract<NonNullable<Job["kind"]>, { case: "work" }>["value"];

const place = { path: "jobs.test" };

function withWork(value: Work, job: Job = {}, workflow: Workflow = {}): Graph {
  const own = { id: "test", place, kind: { case: "work", value } as const, ...job };
  return { workflows: [{ id: "ci", jobs: [own], ...workflow }] };
}

const { READ, WRITE } = Permissions_Access;

test.for([
  [{ default: WRITE }, {}, ["SECURITY_001 the token of the job test may write to every scope"]],
  [{ default: READ, scopes: { contents: READ } }, {}, []],
  [
    { scopes: { packages: WRITE, contents: WRITE } },
    { writable_scopes: ["packages"] },
    ["SECURITY_001 the token of the job test may write to contents"],
  ],
] as const)("permissions %j under %j", ([permissions, settings, expected]) => {
  const found = judged(security, withWork({ permissions }), settings);
  expect(found).toEqual(expected.map((each) => `${each}, at jobs.test`));
});

const commit = "0123456789abcdef0123456789abcdef01234567";

test.for([
  ["github", "actions/cache@v4", ["actions/cache@v4"]],
  ["github", `actions/cache@${commit}`, []],
  ["github", "./own", []],
  ["github", "acme/deploy@main", ["acme/deploy@main"]],
  ["buildkite", "docker#v5.1.0", []],
  ["buildkite", "docker", ["docker"]],
  ["circleci", "node/install", []],
  ["github", "trusted/any@v1", []],
] as const)("of %s the step %s is told: %j", ([provider, reference, expected]) => {
  const steps = [{ kind: { case: "providerStep", value: { provider, reference } } as const }];
  expect(judged(security, withWork({ steps }), { trusted_steps: ["trusted/*"] })).toEqual(
    expected.map(
      (each) =>
        `SECURITY_002 ${each} in the job test is another step as soon as its owner moves it, at jobs.test`,
    ),
  );
});

const halves = ["ghp_", "0123456789abcdefghijABCDEFGHIJ012345"] as const;

test.for([
  ["HOME", halves.join(""), "HOME has a token of GitHub in it"],
  ["KEY_ID", ["AKIA", "ABCDEFGH01234567"].join(""), "KEY_ID has a key of AWS in it"],
  ["NOTE", "-----BEGIN RSA PRIVATE KEY-----\nabc", "NOTE has a private key in it"],
  ["API_TOKEN", "q8Zr2LmX9vKd4TpW7n", "API_TOKEN has a secret in it"],
  ["API_TOKEN", "not-known-yet", undefined],
  ["POSTGRES_PASSWORD", "postgres", undefined],
  ["API_TOKEN", "aaaaaaaaaaaaaaaaaaaaaaaa", undefined],
  ["DIGEST", "q8Zr2LmX9vKd4TpW7n", undefined],
] as const)("the variable %s with %s is told: %s", ([name, value, expected]) => {
  const env = [{ name, value: { kind: { case: "literal", value } as const } }];
  const told = expected === undefined ? [] : [`SECURITY_003 ${expected}, at jobs.test`];
  expect(judged(security, withWork({ env }))).toEqual(told);
  expect(judged(security, withWork({}, {}, { env, place })), "of the workflow").toEqual(told);
});

test("a key in a command or in words to one provider is told, and not repeated", () => {
  const command = `curl -H "Authorization: ${halves.join("")}" https://api.example`;
  const steps = [{ place: { path: "s" }, kind: { case: "run", value: { command } } as const }];
  const overrides = [{ provider: "github", json: JSON.stringify({ env: { A: halves.join("") } }) }];
  expect(judged(security, withWork({ steps }, { overrides }))).toEqual([
    "SECURITY_003 a command has a token of GitHub in it, at s",
    "SECURITY_003 what is said to github alone has a token of GitHub in it",
  ]);
});

const event = (right: string) =>
  ({
    kind: {
      case: "comparison",
      value: {
        left: { kind: { case: "fact", value: Fact.EVENT } },
        operator: Comparison_Operator.EQUAL,
        right,
      },
    },
  }) as const;

test.for([
  ["none", undefined, true],
  ["event == 'push'", event("push"), false],
  ["event == 'pull-request'", event("pull-request"), true],
  ["!(event == 'pull-request')", { kind: { case: "not", value: event("pull-request") } }, false],
  [
    "a status, and event == 'push'",
    {
      kind: {
        case: "all",
        value: { of: [{ kind: { case: "status", value: 1 } }, event("push")] },
      },
    },
    false,
  ],
  [
    "a status, or event == 'push'",
    {
      kind: {
        case: "any",
        value: { of: [{ kind: { case: "status", value: 1 } }, event("push")] },
      },
    },
    true,
  ],
] as const)("a secret under the condition %s is told: %s", ([, condition, isTold]) => {
  const env = [{ name: "T", value: { kind: { case: "secret", value: "NPM" } as const } }];
  const graph = withWork(
    { env },
    condition === undefined ? {} : { condition: condition as never },
    {
      triggers: { pullRequest: {} },
    },
  );
  const told =
    "SECURITY_004 the job test runs for pull requests and has the secret NPM, at jobs.test";
  expect(judged(security, graph)).toEqual(isTold ? [told] : []);
  expect(judged(security, graph, { pull_request_secrets: ["NPM"] })).toEqual([]);
  expect(judged(security, withWork({ env })), "of pushes alone").toEqual([]);
});

test("images without a digest are told, of jobs and of services", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const graph = {
    ...withWork({ container: { image: "node:22" }, services: ["db"] }),
    services: [
      { id: "db", container: { image: `postgres:15@${digest}` } },
      { id: "own", container: { image: "registry.example/own:1" } },
    ],
  };
  expect(judged(security, graph, { trusted_images: ["registry.example/*"] })).toEqual([
    "SECURITY_005 node:22 of the job test is another image as soon as its tag is moved, at jobs.test",
  ]);
});

test.for([
  ["curl -fsSL https://x.example/i.sh | sh", true],
  ["wget -qO- https://x.example | sudo -E bash -s -- -y", true],
  ["curl https://x.example -o i.sh\nsh i.sh", false],
  ["curl https://x.example | shasum", false],
] as const)("the command %s is told: %s", ([command, isTold]) => {
  const steps = [{ kind: { case: "run", value: { command } } as const }];
  expect(judged(security, withWork({ steps }))).toEqual(
    isTold
      ? ["SECURITY_006 a command of the job test gives what it fetches to a shell, at jobs.test"]
      : [],
  );
});

test("privileged containers and pull_request_target are told where only a provider hears of them", () => {
  const overrides = [
    { provider: "github", json: '{"container":{"options":"--cpus 1 --privileged"}}' },
    { provider: "buildkite", json: '{"plugins":[{"docker":{"privileged":true}}]}' },
  ];
  const own = [{ provider: "github", json: '{"on":{"pull_request_target":null}}' }];
  expect(judged(security, withWork({}, { overrides }, { overrides: own }))).toEqual([
    "SECURITY_007 what is said to github alone has pull_request_target",
    "SECURITY_007 what is said to github alone has the option --privileged",
    "SECURITY_007 what is said to buildkite alone has privileged: true",
  ]);
});

test("settings choose the level of a rule, and are told where they are of another form", () => {
  const graph = withWork({ container: { image: "node:22" } });
  expect(judged(security, graph, { levels: { SECURITY_005: "off" } })).toEqual([]);
  expect(judged(security, graph, { trusted: [], levels: { SECURITY_005: "loud" } })).toEqual([
    'SECURITY_000 settings.levels.SECURITY_005: Invalid option: expected one of "error"|"warning"|"info"|"off", at plugins.policy/security.settings.levels.SECURITY_005',
    'SECURITY_000 settings: Unrecognized key: "trusted", at plugins.policy/security.settings',
  ]);
});
