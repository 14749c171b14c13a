import { create } from "@bufbuild/protobuf";
import { file_slipway_pipelines_v1_graph as graphFile } from "@slipway/pipeline-sdk/graph";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import {
  Diagnostic_Level,
  Feature_Support,
  GenerateRequestSchema,
} from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderJenkins } from "@slipway/provider-jenkins";
import { features } from "@slipway/provider-jenkins/features";
import { expect, test } from "vitest";
import { readJenkins } from "./read-jenkins.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

function rendered(graph: Graph): GenerateResult {
  return renderJenkins(
    create(GenerateRequestSchema, {
      target: "jenkins",
      graph,
      outputs: graph.workflows.map(({ id }) => ({ path: `${id}.Jenkinsfile`, workflows: [id] })),
    }),
  );
}

function filesOf(graph: Graph): readonly string[] {
  const { fragments, diagnostics } = rendered(graph);
  const refusals = diagnostics.filter(({ level }) => level === Diagnostic_Level.ERROR);
  expect(refusals.map(({ message }) => message)).toEqual([]);
  return fragments.map(({ content }) => content);
}

test("each field and value of the graph is named as rendered, rendered by other means, or not at all", () => {
  const named = features.map(({ name }) => name);
  expect(named.filter((name, at) => named.indexOf(name) !== at)).toEqual([]);
  const wanted = [
    ...graphFile.messages
      .filter(({ name }) => name !== "Place")
      .flatMap(({ name, fields }) =>
        fields
          .filter(({ message }) => message?.name !== "Place")
          .map((field) => `${name}.${field.name}`),
      ),
    ...[...graphFile.enums, ...graphFile.messages.flatMap(({ nestedEnums }) => nestedEnums)]
      .flatMap(({ values }) => values)
      .filter(({ number }) => number !== 0)
      .map(({ name }) => name),
  ];
  expect(named.toSorted()).toEqual(wanted.toSorted());
  const silent = features.filter(
    ({ support, note }) => support !== Feature_Support.NATIVE && note === "",
  );
  expect(silent).toEqual([]);
});

/** Codes and messages of what is told about a pipeline. */
function toldOf(text: string): readonly string[] {
  return rendered(graphOf(head + text)).diagnostics.map(
    ({ level, code, message }) => `${Diagnostic_Level[level]} ${code}: ${message}`,
  );
}

const step = 'steps = [{ run = "true" }]';

test.each([
  [
    '[runners.big]\ngithub = { runs-on = "big" }\n[jobs.a]\nrunner = "big"\n' + step,
    ["ERROR JENKINS_RUNNER: big says nothing for Jenkins"],
  ],
  [
    `[jobs.a]\nsteps = [{ uses = "github:actions/setup-node@v4" }]`,
    ["ERROR JENKINS_STEP: github:actions/setup-node@v4 is none of Jenkins"],
  ],
  [
    `[jobs.a]\nsteps = [{ uses = "jenkins:no name" }]`,
    ["ERROR JENKINS_STEP: no name cannot be called"],
  ],
  [
    `[jobs.a]\njenkins = { when = "x", options = 1 }\n${step}`,
    [
      "ERROR JENKINS_KEY: when cannot be laid over a stage",
      "ERROR JENKINS_KEY: agent, options and tools are tables",
    ],
  ],
  [
    '[runners.pod]\njenkins = { kubernetes = { cloud = "x" } }\n[jobs.a]\nrunner = "pod"\nimage = "node:26"\n' +
      step,
    ["ERROR JENKINS_AGENT: the job has an image, and its runner is no machine with Docker"],
  ],
  [
    `[jobs.a]\nimage = { name = "node:26", entrypoint = ["sh", "-c"] }\n${step}`,
    ["ERROR JENKINS_ENTRYPOINT: docker run takes one program as the entrypoint of a job"],
  ],
  [
    `[jobs.a]\nartifacts = [{ name = "x", paths = ["../x", "a,b"] }]\n${step}`,
    [
      "ERROR JENKINS_PATH: Jenkins keeps files of the workspace only",
      "ERROR JENKINS_PATH: Jenkins takes a comma for the end of a path",
    ],
  ],
  [
    `[caches.c]\npaths = ["**/x"]\nbackend = "s3"\n[jobs.a]\ncaches = ["c"]\n${step}`,
    [
      "ERROR JENKINS_CACHE_BACKEND: c is to be kept with s3, which Jenkins does not know",
      "ERROR JENKINS_CACHE_PATH: **/x of the cache c has **",
    ],
  ],
  [
    `[caches.c]\npaths = ["x"]\nkey_parts = ["**/go.sum", "go.mod"]\n[jobs.a]\ncaches = ["c"]\n${step}`,
    [
      "ERROR JENKINS_CACHE_KEY: **/go.sum of the key of the cache c is a pattern, and the key would never change",
    ],
  ],
  [
    `[jobs.a]\nparallelism = 2\nartifacts = [{ name = "x", paths = ["x"] }]\n${step}`,
    [
      "ERROR JENKINS_PARALLELISM: with parallelism, the artifacts and outputs of the runs would replace each other",
    ],
  ],
  [
    `[jobs.a]\nenv = { C = { fact = "commit" } }\ncheckout = false\nif = "env.C == 'x'"\n${step}`,
    [
      "ERROR JENKINS_COMMIT: the condition of the job asks for the commit",
      "ERROR JENKINS_COMMIT: the job asks for the commit, and fetches nothing",
    ],
  ],
  [
    `[jobs.a]\nenv = { S = { secret = "X" }, E = "" }\nif = "env.S == 'x'"\n${step}`,
    [
      "ERROR JENKINS_SECRET: Jenkins knows no credential where it decides",
      "WARNING JENKINS_EMPTY: Jenkins takes a variable away that has an empty value",
    ],
  ],
  [
    `[jobs.a]\nenv = { S = { secret = "X" } }\nsteps = [{ run = "true", if = "env.S == 'x'" }]`,
    ["ERROR JENKINS_SECRET: Jenkins knows no credential where it decides"],
  ],
  [
    `[jobs.a]\nif = "!cancelled()"\npermissions = { contents = "write" }\nfail_fast = true\ncontinue_on_error = true\ntimeout_minutes = 5\nconcurrency = { group = "x", cancel_in_progress = true }\n${step}`,
    [
      "WARNING JENKINS_CANCELLED: in a run that was stopped, Jenkins begins nothing any more",
      "WARNING JENKINS_PERMISSIONS: the job asks for permissions to write",
      "WARNING JENKINS_CONCURRENCY: Jenkins stops no single job of another run",
      "WARNING JENKINS_FAIL_FAST: Jenkins would stop all jobs of the same level",
      "WARNING JENKINS_MAY_FAIL: where the job is stopped by its limit, the run ends as aborted",
    ],
  ],
  [
    `[jobs.a]\n${step}\n[jobs.b]\n${step}\n[jobs.c]\nneeds = ["a"]\n${step}`,
    ["INFO JENKINS_LEVELS: c waits for b, which it does not need"],
  ],
])("of %j is told %j", (text, told) => {
  expect(toldOf(text)).toEqual(told);
});

test("two workflows in one file are refused with what to write", () => {
  const graph = graphOf(`${head}[jobs.a]\n${step}\n[jobs.b]\nworkflow = "other"\n${step}`);
  const { fragments, diagnostics } = renderJenkins(
    create(GenerateRequestSchema, {
      graph,
      outputs: [{ path: "Jenkinsfile", workflows: ["ci", "other"] }],
    }),
  );
  expect(fragments).toEqual([]);
  expect(diagnostics.map(({ code, message, fixHint }) => [code, message, fixHint])).toEqual([
    [
      "JENKINS_WORKFLOWS",
      "Jenkinsfile would hold ci and other",
      'write path = "ci/{workflow}.Jenkinsfile"',
    ],
  ]);
});

test("what a newer core says and this plugin does not know is no guard left out", () => {
  const graph = graphOf(`${head}[jobs.a]\nif = "branch == 'main'"\n${step}`);
  const [job] = graph.workflows[0]?.jobs ?? [];
  if (job?.condition !== undefined) job.condition.kind = { case: undefined };
  expect(() => rendered(graph)).toThrow(/does not know the kind of a condition/);
});

/** The lines of a file between two that are alike but for white space, without their common indentation. */
function partOf(content: string, from: string, to: string): string {
  const lines = content.split("\n");
  const first = lines.findIndex((line) => line.trim() === from);
  const margin = lines[first]?.search(/\S/) ?? 0;
  const last = lines.findIndex((line, at) => at >= first && line === " ".repeat(margin) + to);
  return lines
    .slice(first, last + 1)
    .map((line) => line.slice(margin))
    .join("\n");
}

function fileOf(text: string): string {
  return filesOf(graphOf(head + text)).join("");
}

test("times are in UTC, on the branches that they are for, and both days of a cron are enough", () => {
  const content = fileOf(`[triggers]
schedule = [{ cron = "0 3 * * MON-FRI" }, { cron = "30 4 1 JAN 0", branches = ["dev", "x/*"] }]
[jobs.a]
${step}
`);
  expect(content.slice(content.indexOf("// Times"), content.indexOf("pipeline {")))
    .toBe(`// Times are in UTC; without any there is no trigger.
slipwayTimes = ''
slipwayTimes += env.BRANCH_NAME == null || env.BRANCH_IS_PRIMARY == 'true' ? '''
0 3 * * 1-5''' : ''
slipwayTimes += env.TAG_NAME == null && env.CHANGE_ID == null && ((env.BRANCH_NAME ?: '') == 'dev' || (env.BRANCH_NAME ?: '') ==~ '(?s)x/[^/]*') ? '''
30 4 1 1 *
30 4 * 1 0''' : ''
slipwayTimes = slipwayTimes == '' ? '' : 'TZ=UTC' + slipwayTimes

`);
  expect(partOf(content, "triggers {", "}")).toBe("triggers {\n    cron(slipwayTimes)\n}");
});

test("a person is asked for inputs, of which the usual one stands first, and those that are required are", () => {
  const content = fileOf(`[triggers.manual.inputs]
level = { type = "choice", options = ["low", "high"], default = "high", required = true }
n = { type = "number", default = 3, description = "how many 'x'" }
dry = { type = "boolean", default = true }
[jobs.a]
${step}
`);
  expect(partOf(content, "parameters {", "}")).toBe(`parameters {
    booleanParam name: 'dry', defaultValue: true
    choice name: 'level', choices: ['high', 'low']
    string name: 'n', defaultValue: '3', description: 'how many \\'x\\''
}`);
  expect(partOf(content, "stage('inputs') {", "}")).toBe(`stage('inputs') {
    when {
        expression {
            eventName() == 'manual'
        }
    }
    steps {
        script {
            requireInputs(['level'])
        }
    }
}`);
});

const big = `[runners.big]
jenkins = { node = { label = "big && linux", customWorkspace = "ws" }, docker = { args = "-v /a:/a" } }
`;

test("a container is the agent, on the machine and with the settings of its runner", () => {
  const content = fileOf(`${big}[jobs.a]
runner = "big"
image = { name = "registry.example:5000/x/y:1", credentials = { username = "u", password_secret = "REG" }, user = "root" }
jenkins = { agent = { docker = { alwaysPull = true } }, options = { timestamps = true }, tools = { maven = "3" } }
concurrency = { group = "deploy" }
${step}
`);
  expect(partOf(content, "agent {", "}")).toBe(`agent {
    docker {
        image 'x/y:1'
        label 'big && linux'
        customWorkspace 'ws'
        args '-u root -v /a:/a'
        registryUrl 'https://registry.example:5000'
        registryCredentialsId 'REG'
        alwaysPull true
    }
}`);
  expect(partOf(content, "tools {", "}")).toBe("tools {\n    maven '3'\n}");
  expect(partOf(content, "options {", "}")).toBe(
    "options {\n    lock resource: 'deploy'\n    timestamps()\n}",
  );
});

test("a dollar is one: a text that has one is set around the steps, where two of them stand for it", () => {
  const content = fileOf(
    `[jobs.a]\nenv = { A = "$x \${y}", B = "b", C = { secret = "S" } }\n${step}\n`,
  );
  expect(partOf(content, "environment {", "}")).toBe(
    "environment {\n    B = 'b'\n    C = credentials('S')\n}",
  );
  expect(content).toContain("withEnv(['A=$$x $${y}']) {");
});

test("a checkout of its own kind is done on the machine, before the container begins", () => {
  const content = fileOf(`${big}[jobs.a]
runner = "big"
image = "node:26"
checkout = { depth = 1, submodules = true, path = "src dir" }
${step}
`);
  expect(partOf(content, "agent {", "}")).toBe(`agent {
    node {
        label 'big && linux'
        customWorkspace 'ws'
    }
}`);
  expect(partOf(content, "options {", "}")).toBe("options {\n    skipDefaultCheckout()\n}");
  expect(partOf(content, "dir('src dir') {", "}")).toBe(`dir('src dir') {
    slipway.commit = checkout([$class: 'GitSCM', branches: scm.branches, extensions: scm.extensions + [[$class: 'CloneOption', shallow: true, depth: 1, noTags: false, reference: ''], [$class: 'SubmoduleOption', recursiveSubmodules: true, parentCredentials: true]], userRemoteConfigs: scm.userRemoteConfigs]).GIT_COMMIT
}`);
  expect(partOf(content, "docker.image('node:26').inside('-v /a:/a') {", "}")).toBe(
    "docker.image('node:26').inside('-v /a:/a') {\n    sh 'true'\n}",
  );
});

test("what the file has for a pipeline of Jenkins alone stands in its sections", () => {
  const content = fileOf(`[workflows.ci]
jenkins = { libraries = ["tools@1"], options = { timestamps = true, buildDiscarder = { logRotator = { numToKeepStr = "3" } } }, triggers = { pollSCM = "H * * * *" } }
[jobs.a]
artifacts = [{ name = "x", paths = ["x"], retention_days = 9 }]
${step}
`);
  const sections = ["libraries {", "options {", "triggers {"];
  expect(sections.map((section) => partOf(content, section, "}"))).toEqual([
    "libraries {\n    lib 'tools@1'\n}",
    "options {\n    buildDiscarder(logRotator(numToKeepStr: '3'))\n    timestamps()\n}",
    "triggers {\n    pollSCM 'H * * * *'\n}",
  ]);
  expect(
    toldOf(
      `[workflows.ci]\njenkins = { options = { "a b" = { "c-d" = 1 } }, stages = 1 }\n[jobs.a]\n${step}`,
    ),
  ).toEqual([
    "ERROR JENKINS_KEY: stages cannot be laid over a pipeline",
    "ERROR JENKINS_KEY: a b cannot be called",
    "ERROR JENKINS_KEY: c-d cannot be called",
  ]);
});

test("a step of Jenkins is called by its name, with what is its own language in double quotes", () => {
  const content = fileOf(
    `[jobs.a]\nsteps = [{ uses = "jenkins:slackSend", with = { failOnError = true, message = "it's \${env.BUILD_URL} \\"q\\" $x", port = 8080, text = "a $b" } }]\n`,
  );
  expect(
    content
      .split("\n")
      .find((line) => line.includes("slackSend"))
      ?.trim(),
  ).toBe(
    String.raw`slackSend failOnError: true, message: "it's ${"$"}{env.BUILD_URL} \"q\" \$x", port: 8080, text: 'a $b'`,
  );
});

test("runs of a branch stop each other or take turns, and what is kept is kept for the longest time asked for", () => {
  const kept =
    'artifacts = [{ name = "x", paths = ["x"], retention_days = 9 }]\n[jobs.b]\nartifacts = [{ name = "y", paths = ["y"], retention_days = 30 }]';
  const content = fileOf(`[jobs.a]\n${step}\n${kept}\n${step}\n`);
  expect(partOf(content, "options {", "}")).toBe(
    "options {\n    buildDiscarder(logRotator(artifactDaysToKeepStr: '30'))\n}",
  );
  const options = (concurrency: string): string =>
    partOf(
      filesOf(graphOf(`concurrency = ${concurrency}\n${head}[jobs.a]\n${step}\n`)).join(""),
      "options {",
      "}",
    );
  expect(options('{ group = "ci-{{ branch }}", cancel_in_progress = true }')).toBe(
    "options {\n    disableConcurrentBuilds abortPrevious: true\n}",
  );
  expect(options('{ group = "ci-{{ branch }}" }')).toBe(
    "options {\n    disableConcurrentBuilds()\n}",
  );
  expect(options('{ group = "all" }')).toBe("options {\n    lock resource: 'all'\n}");
});

test("a success of a job that runs several times is recorded where all of them ended well", () => {
  const graph = graphOf(`${head}[jobs.p]\nparallelism = 2\n${step}\n`);
  const { fragments } = renderJenkins(
    create(GenerateRequestSchema, {
      target: "jenkins",
      graph,
      outputs: [{ path: "Jenkinsfile", workflows: ["ci"] }],
      skipping: { install: "install", decide: "decide", record: "record" },
    }),
  );
  const content = fragments[0]?.content ?? "";
  expect(content.match(/hasEndedWell\('.*'\)/g)).toEqual(
    Array.from({ length: 2 }, () => "hasEndedWell('p 1') && hasEndedWell('p 2')"),
  );
});

test("equal runs stand beside each other, and jobs of a matrix with a limit in several levels", async () => {
  const [read] = await readJenkins(
    filesOf(
      graphOf(`${head}[jobs.p]
parallelism = 2
${step}
[jobs.m]
matrix = { x = ["1", "2", "3"] }
max_parallel = 2
${step}
[jobs.z]
needs = ["p"]
${step}
`),
    ),
  );
  expect(
    (read?.jobs ?? []).map(({ id, level, needs, steps }) => [id, level, needs, steps[0]?.env]),
  ).toEqual([
    ["m-x1", 0, [], {}],
    ["m-x2", 0, [], {}],
    ["p 1", 0, [], { SLIPWAY_PART: "0", SLIPWAY_PARTS: "2" }],
    ["p 2", 0, [], { SLIPWAY_PART: "1", SLIPWAY_PARTS: "2" }],
    ["m-x3", 1, [], {}],
    ["z", 1, ["p 1", "p 2"], {}],
  ]);
});
