import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { allSigned, openTree } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signJobs } from "./sign-jobs.ts";

const pipeline = `version = "0.2"

[project]
name = "fleet"
default_runner = "small"

[variables]
RUBY_VERSION = "3.3"
NODE_VERSION = "26"

[source_file_groups]
ruby = ["app/**", "@locks"]
locks = ["*.lock"]

[jobs.lint]
source_files = ["lint.yml"]
steps = [{ run = "make lint" }]

[jobs.test]
needs = ["lint"]
runner = "large"
image = "ruby:3.3"
source_files = ["@ruby", "!app/assets/**", "app/assets/main.css"]
env = { RUBY_VERSION = "3.4", CI = "1" }
packages = ["ruby", "node"]
matrix = { ruby = ["3.3", "3.4"], os = ["debian"] }
skip_if = { env = ["SKIP_TESTS"] }
steps = [{ run = "rspec" }, { uses = "docker/build@1", with = { push = false, target = "x" } }]

[jobs.build]
needs = ["test"]
source_files = []
steps = [{ run = "make build" }]

[jobs.docs]
skip_if = { paths_unmodified = ["docs/**"] }
steps = [{ run = "make docs" }]

[jobs.scan]
steps = [{ run = "make scan" }]

[runners.small]
github = { runs-on = "ubuntu-latest" }

[runners.large]
github = { runs-on = "ubuntu-latest-8-cores" }
circleci = { resource_class = "large" }

[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
description = "Main CI workflow"
`;

const files: Readonly<Record<string, string>> = {
  "lint.yml": "rules",
  "app/a.rb": "a",
  "app/assets/x.css": "x",
  "app/assets/main.css": "main",
  "Gemfile.lock": "locked",
  "docs/index.md": "docs",
};

const lint = "fleet:lint";
const tests = ["fleet:test-debian-ruby3_3", "fleet:test-debian-ruby3_4"];
const build = "fleet:build";
const docs = "fleet:docs";
/** Says nothing of what it reads. */
const scan = "fleet:scan";
const everything = [build, docs, lint, scan, ...tests].toSorted();

let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-jobs-"));
  for (const [file, text] of Object.entries(files)) write(file, text);
  // Kept out of the tree, so that an edit of it shows what the definition does and not what the file does.
  write(".gitignore", "ci\n");
  execFileSync("git", ["init", "-q"], { cwd: root });
});
afterAll(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

type Signatures = Readonly<Record<string, string>>;

async function sign(
  text = pipeline,
  environment: Readonly<Record<string, string>> = {},
  lock?: string,
): Promise<Signatures> {
  const { signal } = new AbortController();
  const tree = await openTree(root, { cacheFile: undefined, signal });
  if (!tree.ok) throw new Error(tree.failure.reason);
  const from = { tree: tree.value, environment };
  const signed = await signJobs({ file: "ci/cig.toml", text, lock }, from, signal);
  const all = signed.ok ? allSigned(signed.value.targets) : signed;
  if (!all.ok) throw new Error(JSON.stringify(all.failure));
  return Object.fromEntries([...all.value].map(([id, { signature }]) => [id, signature]));
}

/** Ids that one side does not have, or has with another signature. */
function changedIds(before: Signatures, after: Signatures): readonly string[] {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...ids].filter((id) => before[id] !== after[id]).toSorted();
}

test("each job and each instance of a matrix has a signature", async () => {
  expect(Object.keys(await sign()).toSorted()).toEqual(everything);
});

const afterTest = [...tests, build].toSorted();
const afterLint = [lint, ...afterTest].toSorted();

test.each<readonly [what: string, from: string, to: string, changed: readonly string[]]>([
  ["a command", "make lint", "make lint -s", afterLint],
  ["a command of the last", "make build", "make build -s", [build]],
  ["a step more", '{ run = "make docs" }', '{ run = "make docs" }, { run = "true" }', [docs]],
  ["a module's version", "docker/build@1", "docker/build@2", afterTest],
  ["an input of a module", "push = false", "push = true", afterTest],
  ["an input that is called as a place is", 'target = "x"', 'origin = "x"', afterTest],
  ["the type of an input", "push = false", 'push = "false"', afterTest],
  ["the image", 'image = "ruby:3.3"', 'image = "ruby:3.4"', afterTest],
  ["no image", 'image = "ruby:3.3"\n', "", afterTest],
  ["the runner", 'runner = "large"', 'runner = "small"', afterTest],
  ["the definition of a runner", "8-cores", "16-cores", afterTest],
  ["the definition of the default runner", '"ubuntu-latest"', '"ubuntu-24.04"', everything],
  ["the default runner", 'default_runner = "small"', 'default_runner = "large"', everything],
  ["a literal of the environment", 'CI = "1"', 'CI = "2"', afterTest],
  ["a variable of all jobs", 'NODE_VERSION = "26"', 'NODE_VERSION = "27"', everything],
  ["a package", '"ruby", "node"', '"ruby", "node", "git"', afterTest],
  ["a declared variable", '"SKIP_TESTS"', '"SKIP_TESTS", "OTHER"', afterTest],
  ["a need more", "source_files = []\n", 'source_files = []\nneeds = ["docs", "test"]\n', [build]],
  ["a need less", 'needs = ["lint"]\n', "", afterTest],
  ["a pattern that lets in more", '"!app/assets/**", ', "", afterTest],
  ["a pattern of a group", '"@locks"]', '"@locks", "docs/**"]', afterTest],
  ["a pattern of a group in a group", '["*.lock"]', '["*.lock", "lint.yml"]', afterTest],
  ["paths of skip_if", '["docs/**"]', '["docs/**", "lint.yml"]', [docs]],
  ["what a job declares at last", "[jobs.scan]\n", "[jobs.scan]\nsource_files = []\n", [scan]],
  [
    "the project",
    'name = "fleet"',
    'name = "float"',
    [...everything, ...everything.map((id) => id.replace("fleet", "float"))].toSorted(),
  ],
  [
    "a value of a matrix",
    '["3.3", "3.4"], os',
    '["3.3", "3.5"], os',
    [build, "fleet:test-debian-ruby3_4", "fleet:test-debian-ruby3_5"],
  ],
])(
  "%s changes exactly the jobs concerned and those that need them",
  async (_, from, to, changed) => {
    const text = mutate(from, to);
    expect(changedIds(await sign(), await sign(text))).toEqual(changed.toSorted());
  },
);

/** The first `from` of the pipeline is `to`; of needs the second definition would be one too many. */
function mutate(from: string, to: string): string {
  const text = pipeline.replace(from, () => to);
  expect(text).not.toBe(pipeline);
  return to.includes('needs = ["docs", "test"]') ? text.replace('needs = ["test"]\n', "") : text;
}

test.each<readonly [what: string, edit: (text: string) => string]>([
  ["a comment", (text) => `# more\n${text.replace("[jobs.lint]", "[jobs.lint] # checks")}`],
  ["white space", (text) => text.replaceAll(" = ", "   =  ").replaceAll("\n\n", "\n\n\n")],
  ["the description of an output", (text) => text.replace("Main CI workflow", "Other words")],
  [
    "another output",
    (text) => `${text}[[outputs]]\nprovider = "circleci"\npath = ".circleci/c.yml"\n`,
  ],
  [
    "the description of a job",
    (text) => text.replace("[jobs.lint]", '[jobs.lint]\ndescription = "x"'),
  ],
  [
    "the order of keys",
    (text) => text.replace('push = false, target = "x"', 'target = "x", push = false'),
  ],
  [
    "the order of literals",
    (text) => text.replace('RUBY_VERSION = "3.4", CI = "1"', 'CI = "1", RUBY_VERSION = "3.4"'),
  ],
  [
    "the order of jobs",
    (text) => {
      const scanned = '[jobs.scan]\nsteps = [{ run = "make scan" }]\n';
      return text.replace(scanned, "").replace("[jobs.lint]", `${scanned}[jobs.lint]`);
    },
  ],
  [
    "the order of dimensions and values",
    (text) =>
      text.replace(
        'ruby = ["3.3", "3.4"], os = ["debian"]',
        'os = ["debian"], ruby = ["3.4", "3.3"]',
      ),
  ],
  // Whoever renders it writes a text.
  ["the type of a value of a matrix", (text) => text.replace('"3.3", "3.4"]', '"3.3", 3.4]')],
  ["the order of packages", (text) => text.replace('"ruby", "node"]', '"node", "ruby"]')],
  [
    "a table in place of an inline table",
    (text) =>
      text.replace(
        'env = { RUBY_VERSION = "3.4", CI = "1" }',
        'env.CI = "1"\nenv.RUBY_VERSION = "3.4"',
      ),
  ],
  [
    "the name of a runner",
    (text) =>
      text
        .replaceAll('"large"\nimage', '"huge"\nimage')
        .replace("[runners.large]", "[runners.huge]"),
  ],
  ["a runner that nobody has", (text) => `${text}[runners.idle]\ngithub = { runs-on = "idle" }\n`],
  [
    "a group that nobody names",
    (text) => text.replace("[source_file_groups]", '[source_file_groups]\nidle = ["idle/**"]'),
  ],
  ["a group's patterns in its place", (text) => text.replace('"@ruby"', '"app/**", "*.lock"')],
  [
    "a branch of skip_if",
    (text) => text.replace('env = ["SKIP_TESTS"]', 'env = ["SKIP_TESTS"], branch = ["bot/*"]'),
  ],
  ["a cache", (text) => `${text}[caches.x]\npaths = ["vendor"]\n`],
])("%s changes no signature", async (_, edit) => {
  expect(changedIds(await sign(), await sign(edit(pipeline)))).toEqual([]);
});

test("a variable changes the jobs that have no value of their own for it", async () => {
  const text = pipeline.replace('RUBY_VERSION = "3.3"', 'RUBY_VERSION = "3.2"');
  const own = pipeline.replaceAll(/needs = .*\n/g, "");
  expect(changedIds(await sign(), await sign(text))).toEqual(everything);
  const alone = own.replace('RUBY_VERSION = "3.3"', 'RUBY_VERSION = "3.2"');
  expect(changedIds(await sign(own), await sign(alone))).toEqual(
    everything.filter((id) => !tests.includes(id)),
  );
});

test("unset, empty and set are three states of a declared variable, and others are none", async () => {
  const states = [{}, { SKIP_TESTS: "" }, { SKIP_TESTS: "1" }, { SKIP_TESTS: "2" }];
  const signed = await Promise.all(states.map(async (state) => sign(pipeline, state)));
  expect(new Set(signed.map((one) => one[build])).size).toBe(4);
  const [unset = {}, , , two = {}] = signed;
  expect(changedIds(unset, two)).toEqual(afterTest);
  expect(changedIds(unset, await sign(pipeline, { OTHER: "1" }))).toEqual([]);
});

test("the user's salt changes everything", async () => {
  expect(changedIds(await sign(), await sign(pipeline, { SLIPWAY_SALT: "x" }))).toEqual(everything);
});

test.each<readonly [file: string, changed: readonly string[]]>([
  ["lint.yml", [...afterLint, scan]],
  ["app/a.rb", [...afterTest, scan]],
  ["app/new/b.rb", [...afterTest, scan]],
  ["Gemfile.lock", [...afterTest, scan]],
  ["deep/Gemfile.lock", [scan]],
  ["app/assets/x.css", [scan]],
  ["app/assets/main.css", [...afterTest, scan]],
  ["docs/index.md", [docs, scan]],
  ["README.md", [scan]],
])(
  "another %s changes exactly the jobs that read it and those that need them",
  async (file, changed) => {
    const before = await sign();
    write(file, "more");
    expect(changedIds(before, await sign())).toEqual(changed.toSorted());
    const known = files[file];
    if (known === undefined) rmSync(path.join(root, file));
    else write(file, known);
    expect(changedIds(before, await sign())).toEqual([]);
  },
);

const locked = `schema_version = "1"
config = "${"0".repeat(64)}"

[core]
version = "0.2.0"
protocol = 1

[plugins."docker/build"]
version = "1.0.0"
constraints = ["^1.0"]
source = "registry.example/docker/build"
requires = ["docker/engine"]

[plugins."docker/build".sha256]
any = "${"a".repeat(64)}"

[plugins."docker/engine"]
version = "2.0.0"
constraints = ["*"]
source = "git+https://git.example/engine"
commit = "${"c".repeat(40)}"

[plugins."docs/site"]
version = "1.0.0"
constraints = ["*"]
source = "./docs"

[plugins."lang/node"]
version = "0.2.0"
constraints = ["*"]
source = "standard"

[plugins."lang/go"]
version = "0.2.0"
constraints = ["*"]
source = "standard"

[resolved_versions]
go = "1.25.0"
ruby = "3.3.0"
`;

test.each<readonly [what: string, from: string, to: string, changed: readonly string[]]>([
  ["the digest of a module", "a".repeat(64), "b".repeat(64), afterTest],
  ["the version of a module", '"1.0.0"', '"1.0.1"', afterTest],
  ["the commit of what a module requires", "c".repeat(40), "d".repeat(40), afterTest],
  ["the version of a package's module", '"0.2.0"\nconst', '"0.3.0"\nconst', afterTest],
  ["the version of a language", 'ruby = "3.3.0"', 'ruby = "3.3.1"', afterTest],
  ["the version of a language that no job has", 'go = "1.25.0"', 'go = "1.26.0"', []],
  ["where a module lies", "registry.example", "mirror.example", []],
  ["who locked it", 'version = "0.2.0"\nproto', 'version = "0.2.1"\nproto', []],
])(
  "%s, as locked, changes exactly the jobs that get it and those that need them",
  async (_, from, to, changed) => {
    const other = locked.replace(from, to);
    expect(other).not.toBe(locked);
    expect(changedIds(await sign(pipeline, {}, locked), await sign(pipeline, {}, other))).toEqual(
      changed,
    );
  },
);

test("a module of the workspace is read by the jobs that use it", async () => {
  const used = pipeline.replace("docker/build@1", "docs/site");
  const before = await sign(used, {}, locked);
  write("docs/index.md", "more");
  expect(changedIds(before, await sign(used, {}, locked))).toEqual(
    [docs, scan, ...afterTest].toSorted(),
  );
  write("docs/index.md", files["docs/index.md"] ?? "");
});

test("a job that uses no module is as without a lock, and a broken lock is told", async () => {
  expect(changedIds(await sign(), await sign(pipeline, {}, locked))).toEqual(afterTest);
  await expect(sign(pipeline, {}, "<<<<<<< HEAD\n")).rejects.toThrow("modules-lock-invalid");
});

test("a renamed file changes the jobs that read it", async () => {
  const before = await sign();
  renameSync(path.join(root, "docs/index.md"), path.join(root, "docs/start.md"));
  expect(changedIds(before, await sign())).toEqual([docs, scan]);
  renameSync(path.join(root, "docs/start.md"), path.join(root, "docs/index.md"));
});

test("a pattern that matches no file fails its job and those that need it, and no other", async () => {
  const { signal } = new AbortController();
  const tree = await openTree(root, { cacheFile: undefined, signal });
  if (!tree.ok) throw new Error(tree.failure.reason);
  const text = pipeline.replace('source_files = ["lint.yml"]', 'source_files = ["lnit.yml"]');
  const from = { tree: tree.value, environment: {} };
  const signed = await signJobs({ file: "ci/cig.toml", text, lock: undefined }, from, signal);
  const failed = signed.ok ? [...signed.value.targets].filter(([, target]) => !target.ok) : [];
  expect(failed.map(([id]) => id).toSorted()).toEqual(afterLint.toSorted());
  expect(new Map(failed).get("fleet:lint")).toEqual({
    ok: false,
    failure: { reason: "patterns-unmatched", patterns: ["lnit.yml"] },
  });
});
