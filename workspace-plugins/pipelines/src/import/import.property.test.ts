import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { planPipeline } from "../plan/plan.ts";
import { importPipeline } from "./import-pipeline.ts";

const text = fc.constantFrom(
  "x",
  "on",
  "0755",
  "1e3",
  "a b\nc",
  "'",
  '"',
  "{{ x }}",
  "{{ branch }}",
  "{{ .Names }}",
  "${{ github.sha }}",
  "${{ github.ref }}",
  "${{ matrix.os }}",
  "${{ secrets.A }}-${{ vars.B }}",
  "${{ inputs.x }}",
  "${{ needs.a.outputs.o }}",
  "${{ steps.s.outputs.o }}",
  "${{ runner.os }}",
  "${{ fromJSON('[1]') }}",
  "${{ broken",
  "<< parameters.p >>",
  "<< pipeline.git.branch >>",
  "<< pipeline.parameters.x >>",
  "<< matrix.p >>",
  "$X",
  "",
);
const scalar = fc.oneof(
  text,
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -1, max: 70_000 }),
);
const name = fc.constantFrom("A", "a-b", "a.b", "0", "x y", "__proto__", "é", "");
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  ),
})).value;

/** Keys that are known, each with what belongs there or with anything. */
function table(known: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  const loose = Object.fromEntries(
    Object.entries(known).map(([key, value]) => [
      key,
      fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: anything }),
    ]),
  );
  return fc.record(loose, { requiredKeys: [] });
}

const condition = fc.constantFrom(
  "always()",
  "github.ref == 'refs/heads/main'",
  "${{ github.event_name != 'push' && startsWith(github.ref, 'refs/tags/v') }}",
  "matrix.os == 'u'",
  "env.X",
  "contains(github.ref, 'x')",
  "github.ref_name == 'a\"b'",
  "x ==",
);
const variables = fc.dictionary(name, scalar, { maxKeys: 2 });

const githubStep = table({
  run: text,
  uses: fc.constantFrom(
    "actions/checkout@v4",
    "actions/cache@v4",
    "actions/upload-artifact@v3",
    "actions/download-artifact@v4",
    "o/r@v1",
    "./x",
  ),
  with: table({
    path: text,
    key: fc.constantFrom("a-${{ hashFiles('b') }}", "${{ runner.os }}", "x:y"),
    name: text,
    "fetch-depth": fc.constantFrom("0", "x", 1),
    "retention-days": fc.constantFrom(5, 0, 1000, "x"),
  }),
  if: condition,
  id: name,
  name: text,
  env: variables,
  "timeout-minutes": fc.constantFrom(3, 0, 99_999, "x"),
  "continue-on-error": fc.constantFrom(true, "${{ x }}"),
  shell: fc.constantFrom("bash", "pwsh", "python"),
  "working-directory": text,
});

const githubJob = table({
  needs: fc.constantFrom("a", ["a", "b"], "none"),
  if: condition,
  name: text,
  "runs-on": fc.oneof(text, fc.constant(["self-hosted", "x"]), fc.constant({ group: "g" })),
  strategy: table({
    matrix: table({
      os: fc.constantFrom(["u", "w"], [], [{}], "${{ fromJSON('[]') }}"),
      p: fc.constantFrom([1, "1", 3.1]),
      include: fc.constantFrom([{ os: "m", q: 1 }], [{}], "x"),
      exclude: fc.constantFrom([{ os: "u" }], []),
    }),
    "fail-fast": fc.boolean(),
    "max-parallel": fc.constantFrom(2, 0),
  }),
  container: fc.oneof(text, table({ image: text, env: variables, credentials: anything })),
  services: fc.dictionary(name, table({ image: text, ports: anything, options: text }), {
    maxKeys: 2,
  }),
  env: variables,
  outputs: fc.dictionary(name, text, { maxKeys: 2 }),
  environment: fc.oneof(text, table({ name: text, url: text })),
  permissions: fc.constantFrom("read-all", "x", {}, { contents: "write" }, { x: "y" }),
  concurrency: fc.oneof(text, table({ group: text, "cancel-in-progress": fc.boolean() })),
  "timeout-minutes": fc.constantFrom(5, 0, 99_999),
  defaults: table({ run: table({ shell: text, "working-directory": text }) }),
  uses: fc.constant("./x.yml"),
  steps: fc.array(githubStep, { maxLength: 3 }),
});

const github = fc
  .tuple(
    table({
      name: text,
      env: variables,
      permissions: fc.constant("read-all"),
      concurrency: text,
      defaults: anything,
      "run-name": text,
    }),
    fc.record({
      on: fc.oneof(
        table({
          push: table({ branches: fc.constantFrom(["main"], ["!x"], "x"), paths: anything }),
          pull_request: table({ types: fc.constantFrom(["opened"], ["x"]) }),
          schedule: fc.constantFrom([{ cron: "0 4 * * *" }], [{ cron: "x" }]),
          workflow_dispatch: table({ inputs: fc.dictionary(name, anything, { maxKeys: 2 }) }),
          release: anything,
        }),
        anything,
      ),
      jobs: fc.dictionary(fc.constantFrom("a", "b", "A-u", "a-u", "toString"), githubJob, {
        minKeys: 1,
        maxKeys: 3,
      }),
    }),
  )
  .map(([more, must]) => ({ ...more, ...must }));

const circleStep = fc.oneof(
  fc.constantFrom("checkout", "setup_remote_docker", "cmd", "x"),
  table({
    run: fc.oneof(
      text,
      table({
        command: text,
        name: text,
        when: fc.constantFrom("always", "x"),
        environment: variables,
      }),
    ),
  }),
  table({ restore_cache: table({ key: text, keys: anything }) }),
  table({
    save_cache: table({ key: fc.constantFrom('a-{{ checksum "b" }}', "a:b"), paths: anything }),
  }),
  table({ store_artifacts: table({ path: text, destination: text }) }),
  table({ store_test_results: table({ path: text }) }),
  table({ cmd: table({ p: text }) }),
  table({ when: table({ condition: text, steps: fc.constant(["checkout"]) }) }),
  table({ "o/c": anything }),
);

const circleJob = table({
  parameters: table({ p: fc.constantFrom({ type: "string" }, { type: "string", default: "d" }) }),
  docker: fc.array(table({ image: text, environment: variables, name: text, command: anything }), {
    maxLength: 2,
  }),
  machine: fc.constantFrom(true, { image: "<< parameters.p >>" }),
  executor: fc.constantFrom("e", "o/e", { name: "e", p: 1 }),
  resource_class: text,
  environment: variables,
  parallelism: fc.constantFrom(4, 1, 0, 501),
  working_directory: text,
  steps: fc.array(circleStep, { maxLength: 3 }),
});

const circleEntry = fc.oneof(
  fc.constantFrom("a", "b", "o/j"),
  table({
    a: table({
      name: text,
      requires: fc.constantFrom(["b"], ["none"], [{ b: ["failed"] }], "b"),
      filters: fc.constantFrom({ branches: { only: "main" } }, { tags: { only: "/.*/" } }, "x"),
      matrix: table({ parameters: table({ p: fc.constantFrom(["u", "w"], [1], "x") }) }),
      context: text,
      p: text,
    }),
    b: table({ type: fc.constant("approval"), requires: fc.constant(["a"]) }),
  }),
);

const circleci = fc
  .tuple(
    table({
      orbs: table({ o: fc.constantFrom("n/o@1", "n/other@1", {}) }),
      parameters: fc.dictionary(name, table({ type: text, default: scalar }), { maxKeys: 2 }),
      commands: table({
        cmd: table({ parameters: anything, steps: fc.array(circleStep, { maxLength: 2 }) }),
      }),
      executors: table({ e: circleJob }),
      workflows: fc.dictionary(
        fc.constantFrom("ci", "w", "version"),
        table({
          jobs: fc.array(circleEntry, { maxLength: 3 }),
          when: fc.constantFrom("<< pipeline.parameters.A >>", {
            equal: ["x", "<< pipeline.git.branch >>"],
          }),
          triggers: anything,
        }),
        { maxKeys: 2 },
      ),
    }),
    fc.dictionary(fc.constantFrom("a", "b"), circleJob, { minKeys: 1 }),
  )
  .map(([more, jobs]) => ({ version: 2.1, ...more, jobs }));

test.each([
  ["GitHub Actions", github],
  ["CircleCI", circleci],
])("whatever a file of %s says, what is imported is a pipeline", (_system, source) => {
  fc.assert(
    fc.property(source, (file) => {
      const yaml = stringify(file, { aliasDuplicateObjects: false });
      const imported = importPipeline({ file: "a.yml", text: yaml, project: "x" });
      if (!imported.ok) throw new Error(JSON.stringify(imported.failure));
      const planned = planPipeline(
        { file: "cig.toml", text: imported.value.text },
        { facts: undefined },
      );
      const problems =
        planned.ok || planned.failure.reason !== "pipeline-invalid"
          ? []
          : planned.failure.problems
              .map(({ message }) => message)
              // They did in the source, too.
              .filter((message) => !message.includes("needs go round"));
      expect(problems).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
