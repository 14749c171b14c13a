import { readFileSync } from "node:fs";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { importPipeline } from "@slipway/pipelines/import";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderGithub } from "@slipway/provider-github";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readGithub } from "./read-github.ts";

/** A workflow, imported and rendered again. */
function again(text: string): string {
  const imported = importPipeline({ file: ".github/workflows/ci.yml", text, project: "fleet" });
  if (!imported.ok) throw new Error(JSON.stringify(imported.failure));
  const planned = planPipeline({ file: "cig.toml", text: imported.value.text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph } = planned.value.resolved;
  const outputs = [{ path: "ci.yml", workflows: ["ci"] }];
  const request = create(GenerateRequestSchema, { target: "github", graph, outputs });
  const { fragments, diagnostics } = renderGithub(request);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return fragments[0]?.content ?? "";
}

type Job = { readonly needs?: unknown; readonly [key: string]: unknown };
type File = { readonly on: unknown; readonly jobs: Readonly<Record<string, Job>> };

/** Without the job that protected branches ask for, which the source has not. */
function jobsOf(text: string): Readonly<Record<string, Job>> {
  const { gate: _gate, ...jobs } = (parse(text) as File).jobs;
  return jobs;
}

const recipes = path.join(import.meta.dirname, "../../examples/ci-recipes");

test.each(["github-actions.yml", "github-images.yml", "github-processes.yml"])(
  "%s, imported and rendered again, is read by GitHub's own parser, and says what it said of jobs",
  async (name) => {
    const text = readFileSync(path.join(recipes, name), "utf8");
    const rendered = again(text);
    const { problems } = await readGithub(rendered);
    expect(problems).toEqual([]);
    const told = (source: string) =>
      Object.fromEntries(
        Object.entries(jobsOf(source)).map(([id, job]) => [
          id,
          {
            needs: [job.needs ?? []].flat(),
            runsOn: job["runs-on"],
            strategy: job["strategy"],
            permissions: job["permissions"],
          },
        ]),
      );
    expect(told(rendered)).toEqual(told(text));
  },
);

test("a push of anything is one of branches and of tags", () => {
  const text = "on: push\njobs:\n  a:\n    runs-on: u\n    steps: [{run: x}]\n";
  expect((parse(again(text)) as File).on).toEqual({ push: { branches: ["**"], tags: ["**"] } });
});

test("a workflow that cig.toml can say comes back as it was", () => {
  const text = `name: CI
on:
  push:
    branches:
      - main
  workflow_dispatch: {}
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-24.04
    outputs:
      version: \${{ steps.v.outputs.version }}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - id: v
        run: echo "version=1" >> "$GITHUB_OUTPUT"
      - name: Log in
        if: \${{ always() }}
        run: log in "\${TOKEN}"
        env:
          TOKEN: \${{ secrets.TOKEN }}
  deploy:
    needs: build
    if: \${{ failure() }}
    runs-on: ubuntu-24.04
    environment: production
    timeout-minutes: 10
    env:
      V: \${{ needs.build.outputs.version }}
    steps:
      - uses: actions/checkout@v4
      - run: ./deploy
        working-directory: sub
`;
  const rendered = again(text);
  expect((parse(rendered) as File).on).toEqual((parse(text) as File).on);
  expect(jobsOf(rendered)).toEqual(jobsOf(text));
});
