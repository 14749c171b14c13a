import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parsePipeline } from "./parse-pipeline.ts";

const file = "ci/cig.toml";

/** Each problem with its line and column and the text that would be underlined. */
function problemsIn(text: string): readonly string[] {
  const parsed = parsePipeline(file, text);
  if (parsed.ok || parsed.failure.reason !== "pipeline-invalid") return [];
  return parsed.failure.problems.map(({ message, line, column, at }) => {
    const marked = text.slice(at.offset, at.offset + at.length);
    return `${line}:${column} ${message} <${marked}>`;
  });
}

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

test("the pipeline of this workspace is one", () => {
  const text = readFileSync(
    new URL("../../../../examples/pipeline/cig.toml", import.meta.url),
    "utf8",
  );
  const parsed = parsePipeline("examples/pipeline/cig.toml", text);
  expect(parsed.ok && Object.keys(parsed.value.jobs)).toEqual([
    "check",
    "packages",
    "processes",
    "images",
    "smoke",
  ]);
});

test("every part of the format is read", () => {
  const text = `${head}default_runner = "large"
[variables]
RUBY_VERSION = "3.3"
[jobs.setup]
steps = [{ run = "true" }]
[jobs.test]
needs = ["setup"]
image = "ruby:3.3"
source_files = ["app/**", "!app/assets/**"]
env = { CI = "1" }
packages = ["ruby"]
matrix = { ruby = ["3.2", "3.3"] }
skip_if = { paths_unmodified = ["app/**"], env = ["SKIP"], branch = ["bot/*"] }
steps = [{ uses = "docker/build@>=1.1", with = { push = false } }]
[caches.bundler]
paths = ["vendor/bundle"]
key_parts = ["Gemfile.lock"]
[runners.large]
github = { runs-on = "ubuntu-latest" }
[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
`;
  const parsed = parsePipeline(file, text);
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      version: "0.2",
      project: { name: "fleet", default_runner: "large" },
      jobs: {
        setup: { needs: [], steps: [{ run: "true" }] },
        test: { needs: ["setup"], image: "ruby:3.3", matrix: { ruby: ["3.2", "3.3"] } },
      },
    },
  });
});

test("a syntax error has its place", () => {
  expect(problemsIn(`${head}[jobs.test\nimage = "x"\n`)).toEqual([expect.stringMatching(/^4:/)]);
});

test("all problems of the content are reported at once, in the order of the file", () => {
  const text = `${head}colour = "red"
[jobs.test]
image = 3
[jobs.build]
needs = ["tset"]
steps = [
  { run = "make", uses = "docker/build" },
]
text = """
image = "not a key"
"""
[[outputs]]
provider = "github"
path = "../outside.yml"
[[outputs]]
provider = "circleci"
`;
  expect(problemsIn(text)).toEqual([
    '4:1 project.colour: Unrecognized key: "colour" <colour>',
    "5:7 jobs.test: steps, or approval <test>",
    "6:1 jobs.test.image: must be a text, or keys with values, and is a number <image>",
    '8:10 jobs.build.needs.0: there is no job tset; did you mean test? <"tset">',
    '10:3 jobs.build.steps.0: one of run, uses, restore_cache, save_cache, upload, download <{ run = "make", uses = "docker/build" }>',
    '12:1 jobs.build.text: Unrecognized key: "text" <text>',
    "17:1 outputs.0.path: leads out of the workspace <path>",
    "18:3 outputs.1.path: must be a text, and is empty <outputs>",
  ]);
});

test("what an approval would need a machine for is not passed over", () => {
  const text = `${head}[jobs.ok]
approval = "go on?"
name = "Release"
runner = "large"
env = { A = "1" }
github = { if = "always()" }
`;
  expect(problemsIn(text)).toEqual([
    "7:1 jobs.ok.runner: an approval has no runner: nothing runs in it <runner>",
    "8:1 jobs.ok.env: an approval has no env: nothing runs in it <env>",
  ]);
});

test("jobs that do not exist, and jobs that need each other, are reported where they are needed", () => {
  const steps = 'steps = [{ run = "true" }]';
  const text = `${head}[jobs.a]
needs = ["b"]
${steps}
[jobs.b]
needs = ["c", "none"]
${steps}
[jobs.c]
needs = ["a"]
${steps}
[jobs.d]
needs = ["a"]
${steps}
`;
  expect(problemsIn(text)).toEqual([
    '5:10 jobs.a.needs.0: needs go round: a -> b -> c -> a <"b">',
    '8:15 jobs.b.needs.1: there is no job none <"none">',
  ]);
});

test("groups that do not exist, that have each other or are to be taken out are reported with all others", () => {
  const text = `${head}[source_file_groups]
a = ["src/**", "@b"]
b = ["@a", "@none", "../x"]
c = ["!@a"]
d = ["@a"]
[jobs.test]
source_files = ["@a", "@nowhere", "!@b"]
skip_if = { paths_unmodified = ["@gone"] }
steps = [{ run = "true" }]
`;
  expect(problemsIn(text)).toEqual([
    '5:16 source_file_groups.a.1: groups go round: @a -> @b -> @a <"@b">',
    '6:12 source_file_groups.b.1: there is no group none <"@none">',
    '6:21 source_file_groups.b.2: leads out of the workspace <"../x">',
    '7:6 source_file_groups.c.0: a group cannot be taken out: name its patterns <"!@a">',
    '10:23 jobs.test.source_files.1: there is no group nowhere <"@nowhere">',
    '10:35 jobs.test.source_files.2: a group cannot be taken out: name its patterns <"!@b">',
    '11:33 jobs.test.skip_if.paths_unmodified.0: there is no group gone <"@gone">',
  ]);
});

test("a runner is one of those that the file has, if it has any, and the values of a matrix differ", () => {
  const job = '[jobs.a]\nrunner = "big"\nmatrix = { x = [1, "1"] }\nsteps = [{ run = "true" }]\n';
  const matrix = "jobs.a.matrix.x: 1 is there twice <x>";
  expect(problemsIn(`${head}default_runner = "large"\n${job}`)).toEqual([`7:12 ${matrix}`]);
  const runners = '[runners.small]\ngithub = { runs-on = "x" }\n';
  expect(problemsIn(`${head}default_runner = "large"\n${job}${runners}`)).toEqual([
    "4:1 project.default_runner: there is no runner large <default_runner>",
    "6:1 jobs.a.runner: there is no runner big <runner>",
    `7:12 ${matrix}`,
  ]);
});

test.each(["setting.deploy-enabled", "env.deploy-enabled"])(
  "%s is no name that a shell takes, and is told where it stands",
  (operand) => {
    const text = `${head}[jobs.a]\nif = "!${operand}"\nsteps = [{ run = "x" }]\n`;
    expect(problemsIn(text)).toEqual([
      `5:1 jobs.a.if: deploy-enabled is no name of a variable (character 2 of the condition) <if>`,
    ]);
  },
);

test("a job with a name that no provider takes is reported at its header", () => {
  const text = `${head}[jobs."a b"]\nsteps = [{ run = "true" }]\n`;
  expect(problemsIn(text)).toEqual(['4:7 jobs.a b: letters, digits, - and _ only <"a b">']);
});

test("more jobs than a provider takes are told, and no matrix of them is written out", () => {
  const values = JSON.stringify(Array.from({ length: 50 }, (_, at) => String(at)));
  const dimensions = Array.from({ length: 8 }, (_, at) => `d${at} = ${values}`).join("\n");
  const text = `${head}[jobs.a]\nsteps = [{ run = "x" }]\n[jobs.b]\nsteps = [{ run = "x" }]\n[jobs.b.matrix]\n${dimensions}\n`;
  expect(problemsIn(text)).toEqual([
    "8:9 jobs.b.matrix: with it there are 39062500000001 jobs, and 10000 at most may be <matrix>",
  ]);
});

test.each([
  ["parentheses", `${"(".repeat(50_000)}branch`],
  ["!", `${"!".repeat(50_000)}branch`],
])("a condition of %s in one another is told where it is too deep", (_what, condition) => {
  const text = `${head}[jobs.a]\nif = "${condition}"\nsteps = [{ run = "x" }]\n`;
  expect(problemsIn(text)).toEqual([
    expect.stringMatching(
      /^5:1 jobs.a.if: more than 32 parentheses and ! are in one another \(character 34 of the condition\)/,
    ),
  ]);
});
