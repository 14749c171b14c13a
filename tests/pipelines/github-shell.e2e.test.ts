import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderGithub } from "@slipway/provider-github";
import { expect, test } from "vitest";
import { readGithub } from "./read-github.ts";

const example = path.join(import.meta.dirname, "../../examples/pipeline/cig.toml");

/** Each command of the example, with the shell that runs it. */
async function commandsWith(decide: string) {
  const text = readFileSync(example, "utf8");
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const request = {
    graph: planned.value.resolved.graph,
    outputs: [{ path: "ci.yml", workflows: ["ci"] }],
    skipping: { install: "npm ci", decide, record: "record", folder: "store" },
  };
  const [fragment] = renderGithub(create(GenerateRequestSchema, request)).fragments;
  const { file } = await readGithub(fragment?.content ?? "");
  return Object.entries(file.jobs).flatMap(([job, { steps }]) =>
    steps.flatMap(({ name, run, shell = "bash" }) =>
      run === undefined ? [] : [{ step: `${job}: ${name ?? ""}`, run, shell }],
    ),
  );
}

test("shellcheck finds nothing in the commands of the example", async () => {
  const found = (await commandsWith("decide --store 'a b'")).map(({ step, run, shell }) => {
    const { stdout, status } = spawnSync("shellcheck", [`--shell=${shell}`, "-"], {
      input: run,
      encoding: "utf8",
    });
    return { step, status, stdout };
  });
  expect(found.length).toBeGreaterThan(5);
  expect(found.filter(({ status }) => status !== 0)).toEqual([]);
});

test.each([
  [
    "what is decided is said",
    "printf 'check=false\\nsmoke=true\\n'; true",
    "check=false\nsmoke=true\n",
  ],
  ["what was said before a failure counts as nothing", "echo check=false; false", ""],
  ["a command that is not there says nothing", "no-such-command", ""],
])("%s", async (_title, decide, expected) => {
  // Its options come after it.
  const commands = await commandsWith(`f() { ${decide}; }; f`);
  const script = commands.find(({ step }) => step === "signatures: decide");
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-decide-"));
  const file = path.join(folder, "output");
  try {
    // As GitHub calls `shell: sh`.
    spawnSync("sh", ["-c", `: > "$GITHUB_OUTPUT"; exec sh -e -c "$1"`, "sh", script?.run ?? ""], {
      env: { PATH: process.env["PATH"], GITHUB_OUTPUT: file },
    });
    expect(readFileSync(file, "utf8")).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
