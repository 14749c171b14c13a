import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { planPipeline } from "../plan/plan.ts";
import { importPipeline } from "./import-pipeline.ts";

type Table = { readonly [key: string]: unknown };

/** What the file says now, and what is told of it; that it is a pipeline without problems holds for all. */
function imported(text: string) {
  const result = importPipeline({ file: ".github/workflows/ci.yml", text, project: "fleet" });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  const planned = planPipeline({ file: "cig.toml", text: result.value.text }, { facts: undefined });
  expect(planned.ok ? [] : planned.failure).toEqual([]);
  const toml = parse(result.value.text) as Record<string, Table>;
  const notes = result.value.notes.map(
    ({ line, column, outcome, message }) => `${line}:${column} ${outcome}: ${message}`,
  );
  return { toml, notes, text: result.value.text, plan: planned.ok ? planned.value : undefined };
}

/** A workflow of one job with these lines. */
function job(...lines: readonly string[]): string {
  return ["on: push", "jobs:", "  a:", ...lines.map((line) => `    ${line}`), ""].join("\n");
}

test("a usual workflow is all said", () => {
  const { toml, notes } = imported(`name: CI
run-name: of \${{ github.actor }}
on:
  push: {branches: [main, "release/**"], tags: [v*]}
  pull_request:
    types: [opened, synchronize]
  schedule: [{cron: "0 4 * * 1"}]
  workflow_dispatch:
    inputs:
      level: {type: choice, options: [a, b], default: a, required: true, description: how}
permissions: read-all
concurrency: {group: "x-\${{ github.head_ref }}", cancel-in-progress: true}
env: {NODE_ENV: test, COUNT: 3}
defaults: {run: {shell: bash}}
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    outputs: {version: "\${{ steps.v.outputs.version }}"}
    services:
      db:
        image: postgres:17
        env: {POSTGRES_PASSWORD: x}
        ports: ["5432:5432", 80]
        options: >-
          --health-cmd "pg_isready -U x" --health-interval 10s --health-retries=5
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0, submodules: recursive}
      - id: v
        run: echo "version=1" >> "$GITHUB_OUTPUT"
      - uses: actions/upload-artifact@v4
        with: {name: dist, path: "dist\\nout", retention-days: 5, if-no-files-found: error}
  deploy:
    needs: build
    if: github.ref == 'refs/heads/main' && github.event_name != 'pull_request'
    runs-on: [self-hosted, linux]
    environment: {name: production, url: "https://x.example/\${{ github.sha }}"}
    permissions: {contents: read, id-token: write}
    container: {image: "node:26", credentials: {username: u, password: "\${{ secrets.PW }}"}}
    env:
      TOKEN: \${{ secrets.TOKEN }}
      V: \${{ needs.build.outputs.version }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v4
        with: {name: dist}
      - name: Deploy
        run: ./deploy
        if: failure() || !cancelled()
        continue-on-error: true
        timeout-minutes: 3
        working-directory: sub
`);
  expect(notes).toEqual(['2:1 kept: run-name: "of ${{ github.actor }}" is kept for GitHub alone']);
  expect(toml).toEqual({
    version: "0.2",
    project: { name: "fleet" },
    triggers: {
      push: { branches: ["main", "release/**"], tags: ["v*"] },
      pull_request: { types: ["opened", "synchronize"] },
      schedule: [{ cron: "0 4 * * 1" }],
      manual: {
        inputs: {
          level: {
            type: "choice",
            description: "how",
            default: "a",
            required: true,
            options: ["a", "b"],
          },
        },
      },
    },
    permissions: "read",
    concurrency: { group: "x-{{ head-branch }}", cancel_in_progress: true },
    workflows: {
      ci: {
        name: "CI",
        env: { NODE_ENV: "test", COUNT: "3" },
        github: { "run-name": "of ${{ github.actor }}" },
      },
    },
    jobs: {
      build: {
        runner: "ubuntu-24_04",
        services: ["db"],
        outputs: { version: "v.version" },
        timeout_minutes: 10,
        checkout: { depth: 0, submodules: true },
        shell: "bash",
        steps: [
          { id: "v", run: 'echo "version=1" >> "$GITHUB_OUTPUT"' },
          { upload: { name: "dist", paths: ["dist", "out"], retention_days: 5 } },
        ],
      },
      deploy: {
        needs: ["build"],
        if: 'branch == "main" && event != "pull-request"',
        runner: "self-hosted-linux",
        image: { name: "node:26", credentials: { username: "u", password_secret: "PW" } },
        env: { TOKEN: { secret: "TOKEN" }, V: { output: "build.version" } },
        environment: "production",
        permissions: { contents: "read", "id-token": "write" },
        shell: "bash",
        steps: [
          { download: { name: "dist" } },
          {
            name: "Deploy",
            if: "failure() || !cancelled()",
            run: "./deploy",
            working_directory: "sub",
            timeout_minutes: 3,
            continue_on_error: true,
          },
        ],
      },
    },
    services: {
      db: {
        image: "postgres:17",
        env: { POSTGRES_PASSWORD: "x" },
        ports: ["5432:5432", 80],
        health: { command: "pg_isready -U x", interval_seconds: 10, retries: 5 },
      },
    },
    runners: {
      "ubuntu-24_04": { github: { "runs-on": "ubuntu-24.04" } },
      "self-hosted-linux": { github: { "runs-on": ["self-hosted", "linux"] } },
    },
    environments: { production: { url: "https://x.example/{{ commit }}" } },
    outputs: [{ provider: "github", path: ".github/workflows/ci.yml" }],
  });
});

test("what cig.toml has no word for is kept for GitHub, each with its line", () => {
  const { toml, notes } = imported(`on:
  push: {paths: ["src/**"]}
  release:
  pull_request: {types: [assigned], branches: ["!main"]}
concurrency: "\${{ github.workflow }}-\${{ github.ref }}"
env: {A: "\${{ vars.A }}"}
jobs:
  a:
    runs-on: ubuntu-latest
    if: github.repository == 'o/r'
    strategy: {fail-fast: "\${{ inputs.x }}"}
    container: {image: x, volumes: ["/a:/b"], options: --cpus 1}
    services: {db: {image: y, options: --cpus 1}}
    snapshot: z
    env: {R: "\${{ github.repository }}", A: 1}
    outputs: {o: "\${{ job.status }}"}
    steps: [{run: x}]
`);
  expect(toml["triggers"]).toEqual({
    push: { branches: ["**"], tags: ["**"] },
    pull_request: {},
  });
  expect(toml["workflows"]).toEqual({
    ci: {
      github: {
        on: {
          push: { paths: ["src/**"] },
          release: {},
          pull_request: { branches: ["!main"], types: ["assigned"] },
        },
        env: { A: "${{ vars.A }}" },
        concurrency: "${{ github.workflow }}-${{ github.ref }}",
      },
    },
  });
  expect(toml["jobs"]).toEqual({
    a: {
      runner: "ubuntu-latest",
      image: "x",
      services: ["db"],
      env: { A: "1" },
      checkout: false,
      steps: [{ run: "x", only_for: ["github"] }],
      github: {
        env: { R: "${{ github.repository }}" },
        strategy: { "fail-fast": "${{ inputs.x }}" },
        container: { volumes: ["/a:/b"], options: "--cpus 1" },
        services: { db: { options: "--cpus 1" } },
        outputs: { o: "${{ job.status }}" },
        if: "github.repository == 'o/r'",
        snapshot: "z",
      },
    },
  });
  expect(notes).toEqual([
    '2:10 kept: on.push.paths: ["src/**"] is kept for GitHub alone',
    "3:3 kept: on.release: {} is kept for GitHub alone",
    '4:18 kept: on.pull_request.types: ["assigned"] is kept for GitHub alone',
    '4:37 kept: on.pull_request.branches: ["!main"] is kept for GitHub alone',
    '5:1 kept: concurrency: "${{ github.workflow }}-${{ github.ref }}" is kept for GitHub alone',
    '6:7 kept: env.A: "${{ vars.A }}" is kept for GitHub alone',
    "8:3 changed: the job a is for GitHub alone: its condition cannot be said",
    "10:5 kept: if: \"github.repository == 'o/r'\" is kept for GitHub alone",
    '11:16 kept: strategy.fail-fast: "${{ inputs.x }}" is kept for GitHub alone',
    '12:27 kept: container.volumes: ["/a:/b"] is kept for GitHub alone',
    '12:47 kept: container.options: "--cpus 1" is kept for GitHub alone',
    '13:31 kept: services.db.options: "--cpus 1" is kept for GitHub alone',
    '14:5 kept: snapshot: "z" is kept for GitHub alone',
    '15:11 kept: env.R: "${{ github.repository }}" is kept for GitHub alone',
    '16:15 kept: outputs.o: "${{ job.status }}" is kept for GitHub alone',
  ]);
});

test("a matrix keeps its choices, and its values are templates", () => {
  const { toml, plan, notes } = imported(
    job(
      "runs-on: ubuntu-latest",
      "name: n ${{ matrix.ruby }}",
      "strategy:",
      "  max-parallel: 2",
      "  matrix:",
      "    ruby: [3.2, '3.10', head]",
      "    db: [pg]",
      "    include: [{ruby: head, extra: 1}]",
      "    exclude: [{ruby: 3.2, db: pg}]",
      "steps:",
      "  - run: test ${{ matrix.ruby }} '{{ x }}' ${{ 'a' }}",
      "    if: matrix.db == 'pg'",
    ),
  );
  expect(notes).toEqual([]);
  expect(toml["jobs"]).toEqual({
    a: {
      name: "n {{ matrix.ruby }}",
      runner: "ubuntu-latest",
      matrix: {
        ruby: [3.2, "3.10", "head"],
        db: ["pg"],
        include: [{ ruby: "head", extra: 1 }],
        exclude: [{ ruby: 3.2, db: "pg" }],
      },
      max_parallel: 2,
      checkout: false,
      steps: [{ if: 'matrix.db == "pg"', run: "test {{ matrix.ruby }} '{{ \"{{ x }}\" }}' a" }],
    },
  });
  const jobs = plan?.resolved.graph.workflows[0]?.jobs ?? [];
  expect(
    jobs.map(({ name, kind }) => [
      name,
      kind.case === "work" && kind.value.steps[0]?.kind.case === "run"
        ? kind.value.steps[0].kind.value.command
        : undefined,
    ]),
  ).toEqual([
    ["n head", "test head '{{ x }}' a"],
    ["n 3.10", "test 3.10 '{{ x }}' a"],
  ]);
});

test("a job on several machines is one for each, and what needs it needs all", () => {
  const { toml, notes } = imported(`on: {push: , workflow_dispatch: {inputs: {y: {}}}}
jobs:
  a:
    runs-on: \${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        node: [1, 2]
        include: [{os: macos-latest, node: 3}, {node: 1, x: y}]
    steps: [{run: "x \${{ inputs.y }}"}]
  b:
    needs: [a]
    runs-on: ubuntu-latest
    steps: [{run: y}]
`);
  expect(toml["jobs"]).toEqual({
    "a-ubuntu-latest": {
      runner: "ubuntu-latest",
      matrix: { os: ["ubuntu-latest"], node: [1, 2], include: [{ node: 1, x: "y" }] },
      checkout: false,
      steps: [{ run: "x ${Y}", env: { Y: { input: "y" } } }],
    },
    "a-windows-latest": {
      runner: "windows-latest",
      matrix: { os: ["windows-latest"], node: [1, 2], include: [{ node: 1, x: "y" }] },
      checkout: false,
      steps: [{ run: "x ${env:Y}", env: { Y: { input: "y" } } }],
    },
    "a-macos-latest": {
      runner: "macos-latest",
      matrix: { rows: [{ os: "macos-latest", node: 3 }] },
      checkout: false,
      steps: [{ run: "x ${Y}", env: { Y: { input: "y" } } }],
    },
    b: {
      needs: ["a-ubuntu-latest", "a-windows-latest", "a-macos-latest"],
      runner: "ubuntu-latest",
      checkout: false,
      steps: [{ run: "y" }],
    },
  });
  expect(notes).toEqual([
    "3:3 changed: the job a is a-ubuntu-latest, a-windows-latest, a-macos-latest: a job has one runner",
    "10:14 changed: the command reads Y from the environment, where GitHub put in the text",
  ]);
});

test("a step that cannot be said keeps all steps of its job as they were", () => {
  const steps = [
    "steps:",
    "  - run: x",
    "  - {run: z, if: runner.os == 'Linux'}",
    "  - {run: 'w ${{ hashFiles(''a'') }}'}",
  ];
  const { toml, notes } = imported(job("runs-on: u", ...steps));
  expect(toml["jobs"]).toEqual({
    a: {
      runner: "u",
      checkout: false,
      steps: [{ run: "x" }, { only_for: ["github"], run: "z" }, { run: "w ${{ hashFiles('a') }}" }],
      github: {
        steps: [
          { run: "x" },
          { run: "z", if: "runner.os == 'Linux'" },
          { run: "w ${{ hashFiles('a') }}" },
        ],
      },
    },
  });
  expect(notes).toEqual([
    "7:18 kept: if: \"runner.os == 'Linux'\" of a step cannot be said: the steps of the job a are kept for GitHub as they were",
    "8:10 kept: an expression in the command cannot be said: the steps of the job a are kept for GitHub as they were",
  ]);
});

test("a job whose matrix is known only in the run is GitHub's alone, whole", () => {
  const { toml, notes } = imported(
    job("runs-on: u", "strategy: {matrix: '${{ fromJSON(inputs.m) }}'}", "steps: [{run: x}]"),
  );
  expect(toml["jobs"]).toEqual({
    a: {
      steps: [{ run: "true", only_for: ["github"] }],
      checkout: false,
      github: {
        "runs-on": "u",
        strategy: { matrix: "${{ fromJSON(inputs.m) }}" },
        steps: [{ run: "x" }],
      },
    },
  });
  expect(notes).toEqual([
    "3:3 kept: the job is for GitHub alone, as it was: its matrix cannot be said",
  ]);
});

test("a job of several machines that cannot be said has its own part of the matrix on each", () => {
  const { toml } = imported(
    job(
      "runs-on: ${{ matrix.os }}",
      "strategy: {matrix: {os: [u, w]}}",
      "steps: [{run: x, if: runner.arch == matrix.os}, {run: '${{ matrix.os }}'}]",
    ),
  );
  expect(Object.keys(toml["jobs"] ?? {})).toEqual(["a-u", "a-w"]);
  expect(toml["jobs"]?.["a-w"]).toMatchObject({
    github: { "runs-on": "${{ matrix.os }}", strategy: { matrix: { os: ["w"] } } },
  });
});

test("a job of another file is left out, and so is the need of it", () => {
  const { toml, notes } = imported(`on: push
jobs:
  a:
    uses: ./.github/workflows/b.yml
  b:
    needs: a
    runs-on: u
    steps: [{run: x}]
`);
  expect(toml["jobs"]).toEqual({
    b: { if: 'event == "manual"', runner: "u", checkout: false, steps: [{ run: "x" }] },
  });
  expect(notes).toEqual([
    "3:3 lost: the job a is a workflow of another file, ./.github/workflows/b.yml, and is left out",
    "5:3 changed: the job b runs only when a person starts it: a job that it waited for is left out",
    "6:5 lost: there is no job a any more that could be needed",
  ]);
});

test("what needs a job that is left out needs what that needed, and is started by a person", () => {
  const { toml } = imported(`on: push
jobs:
  build: {runs-on: u, steps: [{run: x}]}
  test: {needs: build, uses: ./.github/workflows/t.yml}
  scan: {needs: test, uses: ./.github/workflows/s.yml}
  deploy:
    needs: [scan, build]
    if: github.actor == 'a' || github.actor == 'b'
    runs-on: u
    steps: [{run: y}]
  own:
    needs: [scan]
    if: \${{ runner.os == 'Linux' }}
    runs-on: u
    steps: [{run: y}]
  whole:
    needs: [scan]
    if: github.ref_name == 'main'
    runs-on: u
    strategy: {matrix: "\${{ fromJSON('[1]') }}"}
    steps: [{run: y}]
`);
  const needs = ["build"];
  expect(toml["jobs"]?.["deploy"]).toMatchObject({
    needs,
    if: 'event == "manual" && (actor == "a" || actor == "b")',
  });
  const started = "github.event_name == 'workflow_dispatch'";
  expect(toml["jobs"]?.["own"]).toMatchObject({
    needs,
    if: 'event == "manual"',
    github: { if: `${started} && (runner.os == 'Linux')` },
  });
  expect(toml["jobs"]?.["whole"]).toMatchObject({
    needs,
    if: 'event == "manual"',
    github: { if: `${started} && (github.ref_name == 'main')` },
  });
});

test("jobs and runners that would have one name have two", () => {
  const { toml, notes } = imported(`on: push
jobs:
  test:
    runs-on: \${{ matrix.os }}
    strategy: {matrix: {os: [linux]}}
    steps: [{run: x}]
  test-linux: {runs-on: [self-hosted, linux], steps: [{run: y}]}
  after: {needs: [test], runs-on: self-hosted-linux, steps: [{run: z}]}
`);
  expect(toml["jobs"]).toMatchObject({
    "test-linux-2": { steps: [{ run: "x" }] },
    "test-linux": { runner: "self-hosted-linux", steps: [{ run: "y" }] },
    after: { needs: ["test-linux-2"], runner: "self-hosted-linux-2" },
  });
  expect(toml["runners"]).toEqual({
    linux: { github: { "runs-on": "linux" } },
    "self-hosted-linux": { github: { "runs-on": ["self-hosted", "linux"] } },
    "self-hosted-linux-2": { github: { "runs-on": "self-hosted-linux" } },
  });
  expect(notes).toEqual(["3:3 changed: the job test is test-linux-2: a job has one runner"]);
});

test("anchors and merged keys are put in", () => {
  const { toml } = imported(`on: push
jobs:
  a: &a
    runs-on: u
    steps: &s [{run: x}]
  b:
    <<: *a
    needs: a
`);
  expect(toml["jobs"]).toMatchObject({
    a: { steps: [{ run: "x" }] },
    b: { runner: "u", needs: ["a"], steps: [{ run: "x" }] },
  });
});

test("a file of nobody that we read, or that is no YAML, is refused with its place", () => {
  const read = (text: string) => importPipeline({ file: "a.yml", text, project: "x" });
  expect(read("stages: [a]")).toEqual({
    ok: false,
    failure: { reason: "import-unknown", file: "a.yml", keys: ["stages"] },
  });
  const many = Array.from({ length: 9 }, (_, at) => {
    const before = at === 0 ? "x" : Array.from({ length: 9 }, () => `*a${at - 1}`).join(", ");
    return `k${at}: &a${at} [${before}]\n`;
  });
  expect(read(many.join(""))).toMatchObject({
    failure: { reason: "import-unreadable", detail: "its aliases stand for too much" },
  });
  expect(read("a: 1\nb: [")).toMatchObject({
    ok: false,
    failure: { reason: "import-unreadable", file: "a.yml", line: 2 },
  });
});

const recipes = path.join(import.meta.dirname, "../../../../examples/ci-recipes");

test.each(["github-actions.yml", "github-images.yml", "github-processes.yml"])(
  "the jobs, needs and commands of %s are those of the source",
  (name) => {
    const text = readFileSync(path.join(recipes, name), "utf8");
    const { plan } = imported(text);
    const source = parseYaml(text) as { jobs: Record<string, Record<string, unknown>> };
    const jobs = plan?.resolved.graph.workflows.flatMap((workflow) => workflow.jobs) ?? [];
    expect(jobs.map(({ id }) => id).toSorted()).toEqual(Object.keys(source.jobs).toSorted());
    for (const { id, needs, kind, overrides } of jobs) {
      const written = source.jobs[id] ?? {};
      expect(needs).toEqual([written["needs"] ?? []].flat());
      const own = JSON.parse(overrides[0]?.json ?? "{}") as Record<string, unknown>;
      const steps = kind.case === "work" ? kind.value.steps : [];
      const commands = own["steps"]
        ? (own["steps"] as { run?: string }[]).flatMap(({ run }) => run ?? [])
        : steps.flatMap((step) => (step.kind.case === "run" ? step.kind.value.command : []));
      const expected = written["steps"] as { run?: string }[];
      expect(commands).toEqual(expected.flatMap(({ run }) => run ?? []));
    }
  },
);
