import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderBuildkite } from "@slipway/provider-buildkite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const hasEngine = spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
const image = `slipway-test/buildkite:${process.pid}`;
const folder = mkdtempSync(path.join(tmpdir(), "buildkite-services-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pipeline = `version = "0.2"
[project]
name = "fleet"
[services.web]
image = "${image}"
env = { GREETING = "it's $x", S = { secret = "TOK" } }
command = ["sh", "-c", "mkdir /w; echo \\"$GREETING $S\\" >/w/index.html; exec httpd -f -p 8080 -h /w"]
health = { command = "wget -q -O /dev/null http://localhost:8080/", interval_seconds = 1, retries = 30 }
[services.bad]
image = "${image}"
command = ["sh", "-c", "echo no; exit 3"]
health = { command = "true", interval_seconds = 1 }
[jobs.fetch]
services = ["web"]
image = { name = "${image}", user = "0" }
env = { X = "a b", Y = { secret = "TOK" } }
steps = [
  { run = "wget -q -O - http://web:8080/" },
  { run = "echo \\"$X $Y $BUILDKITE_COMMIT\\"; exit 7" },
  { run = "echo always", if = "always()" },
]
[jobs.wait]
services = ["web"]
image = "${image}"
steps = [{ run = "echo ready; exec sleep 600" }, { run = "echo stopped", if = "cancelled()" }]
[jobs.broken]
services = ["bad"]
steps = [{ run = "echo no" }]
`;

const File = z.object({ steps: z.array(z.object({ key: z.string(), command: z.string() })) });

function commandOf(job: string): string {
  const planned = planPipeline({ file: "cig.toml", text: pipeline }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph } = planned.value.resolved;
  const outputs = [{ path: "pipeline.yml", workflows: ["ci"] }];
  const { fragments } = renderBuildkite(create(GenerateRequestSchema, { graph, outputs }));
  const { steps } = File.parse(parse(fragments[0]?.content ?? ""));
  const step = steps.find(({ key }) => key === job);
  return (step?.command ?? "").replaceAll("$$", "$");
}

function environmentOf(job: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    BUILDKITE_JOB_ID: `${process.pid}-${job}`,
    BUILDKITE_ENV_FILE: path.join(folder, "environment"),
    BUILDKITE_COMMIT: "c0ffee",
    X: "a b",
    Y: "secret of TOK",
  };
}

function withoutHeadings(output: string): readonly string[] {
  return output.split("\n").filter((line) => line !== "" && !line.startsWith("---"));
}

function leftovers(job: string): string {
  const name = `slipway-${process.pid}-${job}`;
  const containers = spawnSync("docker", ["ps", "-aq", "--filter", `label=slipway=${name}`]);
  const networks = spawnSync("docker", ["network", "ls", "-q", "--filter", `name=${name}`]);
  return `${String(containers.stdout)}${String(networks.stdout)}`;
}

describe.skipIf(!hasEngine)("jobs with services, with a real engine", () => {
  beforeAll(() => {
    const root = path.join(folder, "root");
    const links =
      "for name in sh httpd wget sleep cat mkdir mktemp rm; do ln -s busybox $name; done";
    const make = `mkdir -p ${root}/bin ${root}/tmp && cd ${root}/bin && cp $(command -v busybox) . && ${links}
      tar -C ${root} -c . | docker import - ${image}`;
    const { status } = spawnSync("sh", ["-e", "-c", make], { stdio: "ignore" });
    if (status !== 0) throw new Error("the image of the test could not be made");
    const agent = "#!/bin/sh\n[ \"$1 $2\" != 'secret get' ] || printf 'secret of %s' \"$3\"\n";
    writeFileSync(path.join(folder, "buildkite-agent"), agent, { mode: 0o755 });
    writeFileSync(path.join(folder, "environment"), 'BUILDKITE_COMMIT="c0ffee"\n');
  });
  afterAll(() => spawnSync("docker", ["rmi", "--force", image]));

  function run(job: string) {
    const { status, stdout } = spawnSync("/bin/bash", ["-e", "-c", commandOf(job)], {
      cwd: folder,
      encoding: "utf8",
      env: environmentOf(job),
    });
    return { status, lines: withoutHeadings(stdout), left: leftovers(job) };
  }

  test("a job in a container finds a service by its id, once it is ready", () => {
    expect(run("fetch")).toEqual({
      status: 7,
      lines: ["it's $x secret of TOK", "a b secret of TOK c0ffee", "always"],
      left: "",
    });
  });

  test("a service that ends before it is ready fails the job, and its log is shown", () => {
    expect(run("broken")).toEqual({ status: 1, lines: ["no"], left: "" });
  });

  test("a stopped job runs what is for that, and leaves nothing behind", async () => {
    const child = spawn("/bin/bash", ["-e", "-c", commandOf("wait")], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
      env: environmentOf("wait"),
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (text.includes("ready\n")) child.kill("SIGTERM");
    });
    const status = await new Promise((done) => {
      child.once("close", done);
    });
    expect({ status, lines: withoutHeadings(output), left: leftovers("wait") }).toEqual({
      status: 143,
      lines: ["ready", "stopped"],
      left: "",
    });
  });
});
