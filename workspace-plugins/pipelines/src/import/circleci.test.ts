import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { planPipeline } from "../plan/plan.ts";
import { importPipeline } from "./import-pipeline.ts";

type Table = { readonly [key: string]: unknown };

/** What the file says now, and what is told of it; that it is a pipeline without problems holds for all. */
function imported(text: string) {
  const result = importPipeline({ file: ".circleci/config.yml", text, project: "fleet" });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  const planned = planPipeline({ file: "cig.toml", text: result.value.text }, { facts: undefined });
  expect(planned.ok ? [] : planned.failure).toEqual([]);
  const toml = parse(result.value.text) as Record<string, Record<string, Table>>;
  const notes = result.value.notes.map(
    ({ line, column, outcome, message }) => `${line}:${column} ${outcome}: ${message}`,
  );
  return { toml, notes };
}

/** A configuration with these jobs, of one workflow. */
function workflow(jobs: readonly string[], entries: readonly string[]): string {
  return [
    "version: 2.1",
    "jobs:",
    ...jobs.map((line) => `  ${line}`),
    "workflows:",
    "  ci:",
    "    jobs:",
    ...entries.map((line) => `      ${line}`),
    "",
  ].join("\n");
}

test("executors, commands, parameters, caches, services and filters are said", () => {
  const { toml, notes } = imported(`version: 2.1
parameters:
  deploy: {type: boolean, default: false}
executors:
  base:
    parameters: {tag: {type: string, default: "3.3"}}
    docker:
      - image: cimg/ruby:<< parameters.tag >>
        environment: {RAILS_ENV: test, A: 0}
      - {image: "cimg/postgres:16.1", environment: {POSTGRES_USER: x}, command: postgres -c a}
    resource_class: large
commands:
  setup:
    parameters: {dir: {type: string, default: .}, fast: {type: boolean, default: true}}
    steps:
      - restore_cache: {keys: ['gems-{{ arch }}-{{ checksum "Gemfile.lock" }}', gems-]}
      - run: {name: install, command: cd << parameters.dir >> && bundle}
      - save_cache: {key: 'gems-{{ arch }}-{{ checksum "Gemfile.lock" }}', paths: [vendor/bundle]}
      - when: {condition: << parameters.fast >>, steps: [{run: fast}]}
      - unless: {condition: << parameters.fast >>, steps: [{run: slow}]}
jobs:
  test:
    executor: {name: base, tag: << parameters.ruby >>}
    parameters: {ruby: {type: string}}
    parallelism: 4
    environment: {A: 1}
    steps:
      - checkout
      - setup: {dir: app}
      - run: {command: 'rspec "<< pipeline.git.branch >>" \\<< {{ x }}', when: always}
      - store_test_results: {path: out}
      - store_artifacts: {path: out/log, destination: logs}
  deploy:
    docker: [{image: x, auth: {username: u, password: $PW}}]
    steps: [{run: ./deploy}]
workflows:
  main:
    jobs:
      - test: {matrix: {parameters: {ruby: ["3.2", "3.3"]}, exclude: [{ruby: "3.2"}]}}
      - hold: {type: approval, requires: [test], filters: {branches: {only: main}}}
      - deploy: {requires: [hold], filters: {branches: {ignore: [/x.*/]}, tags: {only: /^v.*/}}}
  nightly:
    triggers: [{schedule: {cron: "0 4 * * *", filters: {branches: {only: [main]}}}}]
    jobs: [deploy]
  asked:
    when: {and: [<< pipeline.parameters.deploy >>, {equal: [main, << pipeline.git.branch >>]}]}
    jobs: [deploy]
`);
  expect(notes).toEqual([
    "13:3 changed: the steps of the command setup stand where it is used",
    "30:9 changed: the command reads BRANCH from the environment, where CircleCI put in the text",
    "44:12 changed: the job deploy of the workflow nightly is called deploy-nightly",
    "47:12 changed: the job deploy of the workflow asked is called deploy-asked",
  ]);
  const manual = { inputs: { deploy: { type: "boolean", default: false } } };
  const deploy = {
    image: { name: "x", credentials: { username: "u", password_secret: "PW" } },
    checkout: false,
    steps: [{ run: "./deploy" }],
  };
  expect(toml).toEqual({
    version: "0.2",
    project: { name: "fleet" },
    workflows: {
      main: { triggers: { push: { branches: ["**"], tags: ["**"] }, manual } },
      nightly: { triggers: { schedule: [{ cron: "0 4 * * *", branches: ["main"] }] } },
      asked: { triggers: { push: { branches: ["**"] }, manual } },
    },
    jobs: {
      test: {
        workflow: "main",
        if: "!tag",
        matrix: { ruby: ["3.2", "3.3"], exclude: [{ ruby: "3.2" }] },
        image: "cimg/ruby:{{ matrix.ruby }}",
        runner: "large",
        services: ["postgres"],
        env: { RAILS_ENV: "test", A: "1" },
        parallelism: 4,
        test_reports: ["out/**/*.xml"],
        steps: [
          { restore_cache: "gems" },
          { name: "install", run: "cd app && bundle" },
          { save_cache: "gems" },
          { run: "fast" },
          {
            if: "always()",
            run: 'rspec "${BRANCH}" << {{ "{{ x }}" }}',
            env: { BRANCH: { fact: "branch" } },
          },
          { if: "always()", upload: { name: "logs", paths: ["out/log"], may_be_missing: true } },
        ],
      },
      hold: { workflow: "main", needs: ["test"], if: 'branch == "main"', approval: true },
      deploy: {
        workflow: "main",
        needs: ["hold"],
        if: '(branch && !(branch matches "x**")) || tag matches "v**"',
        ...deploy,
      },
      "deploy-nightly": { workflow: "nightly", ...deploy },
      "deploy-asked": { workflow: "asked", if: '(input.deploy && branch == "main")', ...deploy },
    },
    services: {
      postgres: {
        image: "cimg/postgres:16.1",
        env: { POSTGRES_USER: "x" },
        command: ["postgres", "-c", "a"],
      },
    },
    caches: {
      gems: { paths: ["vendor/bundle"], key_parts: ["key:gems", "platform", "Gemfile.lock"] },
    },
    runners: { large: { circleci: { resource_class: "large" } } },
    outputs: [{ provider: "circleci", path: ".circleci/config.yml" }],
  });
});

test("what cig.toml has no word for is kept for CircleCI, each with its line", () => {
  const { toml, notes } = imported(`version: 2.1
setup: true
orbs: {node: circleci/node@5.1, own: {jobs: {}}}
jobs:
  a:
    docker: [{image: x, command: [y]}]
    circleci_ip_ranges: true
    steps:
      - checkout
      - node/install-packages: {pkg-manager: npm}
      - setup_remote_docker
      - persist_to_workspace: {root: ., paths: [dist]}
      - run: {command: y, no_output_timeout: 20m}
      - run: {command: z, background: true}
  b:
    machine: true
    steps: [{run: x}]
workflows:
  ci:
    unless: << pipeline.schedule.name >>
    max_auto_reruns: 2
    jobs:
      - a: {context: [org], pre-steps: [{run: w}]}
      - b: {filters: {branches: {only: '/(a|b)/'}}}
      - b: {name: c, requires: [a, {b: [failed]}]}
`);
  expect(toml["workflows"]).toEqual({
    ci: {
      triggers: { push: { branches: ["**"] }, manual: true },
      circleci: {
        unless: "<< pipeline.schedule.name >>",
        max_auto_reruns: 2,
        setup: true,
        orbs: { node: "circleci/node@5.1", own: { jobs: {} } },
      },
    },
  });
  const only_for = ["circleci"];
  expect(toml["jobs"]).toEqual({
    a: {
      steps: [
        {
          uses: "circleci:circleci/node@5.1/install-packages",
          with: { "pkg-manager": "npm" },
          only_for,
        },
        { uses: "circleci:setup_remote_docker", only_for },
        { run: "y", only_for },
        { run: "z", only_for },
      ],
      circleci: {
        context: ["org"],
        "pre-steps": [{ run: "w" }],
        docker: [{ image: "x", command: ["y"] }],
        circleci_ip_ranges: true,
        steps: [
          "checkout",
          { "node/install-packages": { "pkg-manager": "npm" } },
          "setup_remote_docker",
          { persist_to_workspace: { root: ".", paths: ["dist"] } },
          { run: { command: "y", no_output_timeout: "20m" } },
          { run: { command: "z", background: true } },
        ],
      },
    },
    b: {
      runner: "machine",
      checkout: false,
      steps: [{ run: "x", only_for }],
      circleci: { filters: { branches: { only: "/(a|b)/" } } },
    },
    c: {
      needs: ["a", "b"],
      runner: "machine",
      checkout: false,
      steps: [{ run: "x", only_for }],
      circleci: { requires: ["a", { b: ["failed"] }] },
    },
  });
  expect(notes).toEqual([
    "2:1 kept: setup: true is kept for CircleCI alone",
    '3:8 kept: orbs: {"node":"circleci/node@5.1","own":{"jobs":{}}} is kept for CircleCI alone',
    '6:5 kept: docker: [{"image":"x","command":["y"]}] is kept for CircleCI alone',
    "7:5 kept: circleci_ip_ranges: true is kept for CircleCI alone",
    "10:9 kept: node/install-packages is a step of CircleCI alone",
    "11:9 kept: setup_remote_docker is a step of CircleCI alone",
    '12:9 kept: persist_to_workspace: {"persist_to_workspace":{"root":".","paths":["dist"]}} cannot be said: the steps of the job are kept for CircleCI as they were',
    "13:9 kept: no_output_timeout of a step cannot be said: the steps of the job are kept for CircleCI as they were",
    "14:9 kept: background of a step cannot be said: the steps of the job are kept for CircleCI as they were",
    "19:3 changed: the workflow ci is for CircleCI alone: its condition cannot be said",
    '20:5 kept: unless: "<< pipeline.schedule.name >>" is kept for CircleCI alone',
    "21:5 kept: max_auto_reruns: 2 is kept for CircleCI alone",
    '23:13 kept: context: ["org"] is kept for CircleCI alone',
    '23:29 kept: pre-steps: [{"run":"w"}] is kept for CircleCI alone',
    "24:9 changed: the job b is for CircleCI alone: its filters cannot be said",
    '24:13 kept: filters: {"branches":{"only":"/(a|b)/"}} is kept for CircleCI alone',
    "25:9 changed: the job c is for CircleCI alone: how what it requires ends cannot be said",
  ]);
});

test("a matrix of machines is a job for each choice, and what requires it needs all", () => {
  const { toml, notes } = imported(
    workflow(
      [
        "a:",
        "  parameters: {os: {type: string}, n: {type: integer}}",
        "  machine: {image: << parameters.os >>}",
        "  steps: [{run: x << parameters.n >>}]",
        "b:",
        "  machine: true",
        "  steps: [{run: y}]",
      ],
      [
        "- a: {matrix: {parameters: {os: [u, w], n: [1, 2]}, exclude: [{os: w, n: 2}], alias: all}}",
        "- b: {requires: [all]}",
      ],
    ),
  );
  const job = (runner: string, n: number) => ({
    runner,
    checkout: false,
    steps: [{ run: `x ${n}` }],
  });
  expect(toml["jobs"]).toEqual({
    "a-u-1": job("u", 1),
    "a-u-2": job("u", 2),
    "a-w-1": job("w", 1),
    b: {
      needs: ["a-u-1", "a-u-2", "a-w-1"],
      runner: "machine",
      checkout: false,
      steps: [{ run: "y" }],
    },
  });
  expect(notes).toEqual([
    "13:9 changed: the job a is a-u-1, a-u-2, a-w-1: its machine or its steps are of its matrix",
  ]);
});

test("what nothing uses, and what is of an orb, is lost and told", () => {
  const { toml, notes } = imported(`version: 2.1
orbs: {slack: circleci/slack@4.1}
commands: {unused: {steps: [checkout]}}
executors: {unused: {machine: true}}
jobs:
  a: {machine: true, steps: [{run: x}]}
  unused: {machine: true, steps: [{run: x}]}
workflows:
  version: 2
  ci:
    jobs:
      - slack/on-hold
      - a: {requires: [slack/on-hold]}
`);
  expect(toml["jobs"]).toEqual({
    a: { if: 'event == "manual"', runner: "machine", checkout: false, steps: [{ run: "x" }] },
  });
  expect(notes).toEqual([
    "2:8 lost: orbs.slack is used by nothing, and is left out",
    "3:12 lost: commands.unused is used by nothing, and is left out",
    "4:13 lost: executors.unused is used by nothing, and is left out",
    "7:3 lost: jobs.unused is used by nothing, and is left out",
    "12:9 lost: the job slack/on-hold is of an orb, and is left out",
    "13:9 changed: the job a runs only when a person starts it: a job that it waited for is left out",
    "13:24 lost: there is no job slack/on-hold any more that could be required",
  ]);
});

test("what requires a job of an orb requires what that required, and is started by a person", () => {
  const { toml } = imported(
    workflow(
      ["a: {machine: true, steps: [{run: x}]}", "own: {machine: true, steps: [x/y, {run: z}]}"],
      [
        "- a: {name: build}",
        "- orb/test: {requires: [build]}",
        "- orb/scan: {requires: [orb/test]}",
        "- a: {name: deploy, requires: [orb/scan], filters: {branches: {only: [main, dev]}}}",
        "- own: {requires: [orb/scan]}",
      ],
    ),
  );
  expect(toml["jobs"]?.["deploy"]).toMatchObject({
    needs: ["build"],
    if: 'event == "manual" && ((branch == "main" || branch == "dev"))',
  });
  const command = 'test "<< pipeline.trigger_source >>" = api || circleci-agent step halt';
  expect(toml["jobs"]?.["own"]).toMatchObject({
    needs: ["build"],
    if: 'event == "manual"',
    circleci: { steps: [{ run: { name: "started by a person", command } }, "x/y", { run: "z" }] },
  });
});

test("a job of a matrix whose id another entry has gets one of its own", () => {
  const { toml, notes } = imported(
    workflow(
      [
        "a:",
        "  parameters: {os: {type: string}}",
        "  machine: {image: << parameters.os >>}",
        "  steps: [{run: x}]",
        "b: {machine: true, steps: [{run: y}]}",
      ],
      ["- b: {name: a-u}", "- a: {matrix: {parameters: {os: [u]}}}", "- b: {requires: [a]}"],
    ),
  );
  expect(toml["jobs"]).toMatchObject({
    "a-u": { steps: [{ run: "y" }] },
    "a-u-2": { runner: "u", steps: [{ run: "x" }] },
    b: { needs: ["a-u-2"] },
  });
  expect(notes).toEqual(["12:9 changed: the job a-u of a is called a-u-2"]);
});

test("without workflows the one job runs", () => {
  const { toml } = imported(
    "version: 2\njobs: {build: {machine: true, steps: [checkout, {run: x}]}}\n",
  );
  expect(toml["jobs"]).toEqual({ build: { runner: "machine", steps: [{ run: "x" }] } });
});

test.each([
  ["branches: {only: [main, dev]}", '(branch == "main" || branch == "dev")'],
  ["branches: {only: /release\\/.*/}", 'branch matches "release/**"'],
  ["branches: {only: '/^[^/]*$/'}", 'branch matches "*"'],
  ["branches: {ignore: main}", '(branch && !(branch == "main"))'],
  ["{branches: {ignore: /.*/}, tags: {only: /^v\\d.*/}}", undefined],
  ["{branches: {ignore: /.*/}, tags: {only: /^v.*/}}", 'tag matches "v**"'],
  ["tags: {only: /.*/}", undefined],
])("the filter %s is the condition %s", (filter, condition) => {
  const text = filter.startsWith("{") ? filter : `{${filter}}`;
  const { toml } = imported(
    workflow(["a: {machine: true, steps: [{run: x}]}"], [`- a: {filters: ${text}}`]),
  );
  expect(toml["jobs"]?.["a"]?.["if"]).toBe(condition);
});
