import { expect, test } from "vitest";
import { skipInBuildkite } from "./edit-buildkite.ts";
import { leaveOutOfCircleci } from "./edit-circleci.ts";

const circleci = `version: 2.1
jobs:
  build: { docker: [{ image: "a:1" }], steps: [checkout] }
  test: { docker: [{ image: "a:1" }], steps: [checkout, { run: "echo \\"on\\"" }] }
  deploy: { docker: [{ image: "a:1" }], steps: [checkout] }
workflows:
  ci:
    jobs:
      - build
      - test:
          requires:
            - build
          filters: { branches: { only: main } }
      - hold: { type: approval, requires: [test] }
      - deploy: { requires: [hold, test] }
`;

test("in CircleCI a job that is left out goes, and what needed it needs what it needed", () => {
  expect(leaveOutOfCircleci(circleci, "ci", new Set(["test"]))).toBe(`version: 2.1
jobs:
  build: { docker: [ { image: "a:1" } ], steps: [ checkout ] }
  deploy: { docker: [ { image: "a:1" } ], steps: [ checkout ] }
workflows:
  ci:
    jobs:
      - build
      - hold: { type: approval, requires: [ build ] }
      - deploy: { requires: [ hold, build ] }
`);
});

const endings = `version: 2.1
jobs: {}
workflows:
  ci:
    jobs:
      - build
      - test:
          requires:
            - build
      - report: { requires: [{ test: [failed, not_run] }] }
      - after: { requires: [{ report: terminal }, { test: terminal }] }
      - last: { requires: [report] }
      - other: { requires: [{ build: [failed] }] }
      - only: { requires: [build] }
`;

test("in CircleCI a job that waits for a failure of one that is left out never begins", () => {
  expect(leaveOutOfCircleci(endings, "ci", new Set(["test"]))).toBe(`version: 2.1
jobs: {}
workflows:
  ci:
    jobs:
      - build
      - after: { requires: [ { build: [ terminal ] } ] }
      - other: { requires: [ { build: [ failed ] } ] }
      - only: { requires: [ build ] }
`);
});

function requiring(...entries: readonly string[]): string {
  return `version: 2.1\njobs: {}\nworkflows:\n  ci:\n    jobs:\n${entries.map((one) => `      - ${one}\n`).join("")}`;
}

test("in CircleCI what waits for a job that never begins waits for what that one waited for, or never begins", () => {
  const text = requiring(
    "build",
    "test: { requires: [build] }",
    "prepare: { requires: [{ test: [failed, not_run] }] }",
    "rollback: { requires: [{ prepare: [failed, not_run] }] }",
    "clean: { requires: [{ prepare: terminal }] }",
  );
  expect(leaveOutOfCircleci(text, "ci", new Set(["test"]))).toBe(
    requiring("build", "clean: { requires: [ { build: [ terminal ] } ] }"),
  );
});

test("in CircleCI a job is required in one way: the narrower of two", () => {
  const text = requiring(
    "build",
    "test: { requires: [build] }",
    "one: { requires: [build, { test: terminal }] }",
    "two: { requires: [{ build: terminal }, test] }",
  );
  expect(leaveOutOfCircleci(text, "ci", new Set(["test"]))).toBe(
    requiring("build", "one: { requires: [ build ] }", "two: { requires: [ build ] }"),
  );
});

test("in CircleCI a filtered approval that would need no job is no decision", () => {
  const text = requiring(
    "build",
    'hold: { type: approval, requires: [build], filters: pipeline.git.branch == "main" }',
    "deploy: { requires: [hold, build] }",
  );
  expect(() => leaveOutOfCircleci(text, "ci", new Set(["build"]))).toThrow(
    "hold has a filter and would need no job",
  );
});

test("in CircleCI a job of which nothing is said any more is its name", () => {
  const left = leaveOutOfCircleci(endings, "ci", new Set(["build", "test"]));
  expect(left.split("\n").slice(4)).toEqual(["    jobs:", "      - after", "      - only", ""]);
});

test("a pipeline of CircleCI without jobs goes on with one that does nothing", () => {
  const all = new Set(["build", "test", "hold", "deploy"]);
  expect(leaveOutOfCircleci(circleci, "ci", all)).toBe(`version: 2.1
jobs:
  nothing-to-run:
    type: no-op
workflows:
  nothing-to-run:
    jobs:
      - nothing-to-run
`);
});

test("nothing left out, nothing changed but the form", () => {
  expect(leaveOutOfCircleci(circleci, "ci", new Set())).toContain('echo \\"on\\"');
  expect(() => leaveOutOfCircleci("jobs: {}", "ci", new Set())).toThrow(
    "the configuration has no workflow ci",
  );
});

test("in Buildkite a step says why it is skipped, and what needs it waits for what it waited for", () => {
  const steps = `steps:
  - key: build
    command: make
  - key: test
    command: make test
    depends_on: [build]
  - key: deploy
    command: make deploy
    depends_on:
      - { step: test, allow_failure: false }
  - key: last
    command: "true"
    depends_on: deploy
`;
  expect(skipInBuildkite(steps, new Map([["test", "unchanged: sha256:abc"]]))).toBe(
    `steps:
  - key: build
    command: make
  - key: test
    command: make test
    depends_on: [ build ]
    skip: unchanged: sha256:abc
  - key: deploy
    command: make deploy
    depends_on:
      - { step: test, allow_failure: false }
      - build
  - key: last
    command: "true"
    depends_on: deploy
`.replace("skip: unchanged: sha256:abc", 'skip: "unchanged: sha256:abc"'),
  );
});

test("what readers of 1.1 take for the end of a line keeps its number", () => {
  const steps = 'steps:\n  - key: a\n    command: "x\\u0085y"\n';
  expect(skipInBuildkite(steps, new Map())).toBe(steps);
});
