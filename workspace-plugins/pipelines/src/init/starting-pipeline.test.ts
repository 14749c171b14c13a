import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { planPipeline } from "../plan/plan.ts";
import type { Detected } from "../render/detect.ts";
import { startingPipeline } from "./starting-pipeline.ts";

function started(files: Readonly<Record<string, string>>, detected: readonly Detected[] = []) {
  const look = { has: (file: string) => file in files, text: (file: string) => files[file] };
  const found = startingPipeline({ project: "shop", detected, files: Object.keys(files), look });
  const planned = planPipeline({ file: "cig.toml", text: found.text }, { facts: undefined });
  expect(planned.ok ? [] : planned.failure).toEqual([]);
  return { ...found, toml: parse(found.text) };
}

function language(name: string, facts: Readonly<Record<string, string>> = {}): Detected {
  return { plugin: `lang/${name}`, signals: [`${name}_detected`], facts, confidence: 1 };
}

/** Of the only job. */
function commandsOf(files: Readonly<Record<string, string>>, found: Detected): readonly unknown[] {
  const { steps } = parsedJob(started(files, [found]).toml);
  return steps.map(({ run }) => run);
}

function parsedJob(toml: unknown): { readonly steps: readonly { readonly run: string }[] } {
  return (toml as { jobs: { test: { steps: { run: string }[] } } }).jobs.test;
}

const scripts = (of: Readonly<Record<string, string>>) => ({
  "package.json": JSON.stringify({ scripts: of }),
});

test("a repository of one language for GitHub", () => {
  const found = started(scripts({ test: "node --test" }), [
    language("node", { node_version: "22" }),
  ]);
  expect(found.languages).toEqual(["node"]);
  expect(found.outputs).toEqual([{ provider: "github", path: ".github/workflows/ci.yml" }]);
  expect(found.text).toBe(`# Begun by slipway ci init from what lay here: node 22.
# slipway ci plan --diff shows what this renders, slipway ci render writes it.

version = "0.2"

[project]
name = "shop"
default_runner = "linux"

# What each CI system calls the machine.
[runners.linux]
github = { runs-on = "ubuntu-latest" }

# When it runs; this is how it is without the table.
[triggers]
push = { branches = ["main"] }
pull_request = {}

# packages installs what the lock file of a language names, in the version that its files name, and caches what it fetched.
# With source_files = ["src/**"] a job can be left out while they are unchanged: see [skipping].
[jobs.test]
packages = ["node"]
timeout_minutes = 30
steps = [{ run = "npm test" }]

[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
`);
});

test("two languages, one in a folder, for the systems that have files here", () => {
  const files = { ".circleci/config.yml": "", Jenkinsfile: "", "api/.rspec": "" };
  const { toml, text } = started(files, [
    language("go", { go_version: "1.22" }),
    language("ruby", { ruby_path: "api" }),
  ]);
  expect(toml).toMatchObject({
    runners: { linux: { circleci: { resource_class: "medium" }, jenkins: { label: "linux" } } },
    jobs: {
      "test-go": {
        image: "golang:1.22",
        packages: ["go"],
        steps: [{ run: "go vet ./..." }, { run: "go test ./..." }],
      },
      "test-ruby": {
        image: "ruby:3.4",
        packages: [{ name: "ruby", path: "api" }],
        steps: [{ run: "bundle exec rspec", working_directory: "api" }],
      },
    },
    outputs: [
      { provider: "circleci", path: ".circleci/config.yml" },
      { provider: "jenkins", path: "Jenkinsfile" },
    ],
  });
  expect(text.split("\n").filter((line) => line.startsWith("# It lies"))).toEqual([
    "# It lies there already, and is written over by --force alone; slipway ci import reads it.",
    "# It lies there already, and is written over by --force alone.",
  ]);
});

test("a workflow of GitHub that is somebody's stays", () => {
  const { outputs } = started({ ".github/workflows/ci.yml": "on: push" });
  expect(outputs).toEqual([{ provider: "github", path: ".github/workflows/slipway.yml" }]);
});

const unwritten = 'echo "Error: no test specified" && exit 1';

test.each([
  [
    scripts({ test: "vitest", build: "tsc", lint: "oxlint" }),
    language("node"),
    ["npm run lint", "npm run build", "npm test"],
  ],
  [scripts({ test: unwritten }), language("node"), ["npm run"]],
  [{ "package.json": "{" }, language("node"), ["npm run"]],
  [scripts({ test: "jest" }), language("node", { node_manager: "pnpm" }), ["pnpm test"]],
  [scripts({ test: "jest" }), language("node", { node_manager: "bun" }), ["bun run test"]],
  [{ "pytest.ini": "" }, language("python"), ["python3 -m pytest"]],
  [
    { "pyproject.toml": "[tool.pytest]" },
    language("python", { python_manager: "uv" }),
    ["uv run python -m pytest"],
  ],
  [{ "setup.py": "" }, language("python"), ["python3 -m unittest"]],
  [{ "Gemfile.lock": "    rspec (3.13)" }, language("ruby"), ["bundle exec rspec"]],
  [{ Rakefile: "" }, language("ruby"), ["bundle exec rake"]],
  [{ Gemfile: "" }, language("ruby"), ["bundle check"]],
  [{ "Cargo.toml": "" }, language("rust"), ["cargo test"]],
  [{ Makefile: "all:\ntest: all\n" }, language("cobol"), ["make test"]],
  [{}, language("cobol"), ["git show --stat --oneline"]],
])("%j with %j is tested by %j", (files, found, expected) => {
  expect(commandsOf(files, found)).toEqual(expected);
});

test("a name of a folder is a text, whatever is in it", () => {
  const look = { has: () => false, text: () => undefined };
  const { text } = startingPipeline({ project: 'a "b" \\ c', detected: [], files: [], look });
  expect(parse(text)).toMatchObject({ project: { name: 'a "b" \\ c' } });
});
