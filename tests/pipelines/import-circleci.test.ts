import { create } from "@bufbuild/protobuf";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { importPipeline } from "@slipway/pipelines/import";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderCircleci } from "@slipway/provider-circleci";
import { expect, test } from "vitest";
import { parse } from "yaml";

type Entries = readonly (string | Readonly<Record<string, object>>)[];
type Workflow = { readonly when?: unknown; readonly jobs: Entries };
type File = { readonly workflows: Readonly<Record<string, Workflow>> };

/** A configuration, imported and rendered again; what its workflow then says of when it runs apart. */
function again(text: string) {
  const imported = importPipeline({ file: ".circleci/config.yml", text, project: "fleet" });
  if (!imported.ok) throw new Error(JSON.stringify(imported.failure));
  const planned = planPipeline({ file: "cig.toml", text: imported.value.text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph } = planned.value.resolved;
  const outputs = [{ path: "config.yml", workflows: graph.workflows.map(({ id }) => id) }];
  const request = create(GenerateRequestSchema, { target: "circleci", graph, outputs });
  const { fragments, diagnostics } = renderCircleci(request);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const file = parse(fragments[0]?.content ?? "") as File;
  const { when, jobs, ...more } = file.workflows["ci"] ?? { jobs: [] };
  const ci = { ...more, jobs: jobs.map(withoutTags) };
  return { file: { ...file, workflows: { ...file.workflows, ci } }, when };
}

/** What a person asks for may be a tag. */
function withoutTags(entry: Entries[number]): Entries[number] {
  const [[name, said] = ["", {}]] =
    typeof entry === "string" ? [[entry, {}] as const] : Object.entries(entry);
  const { filters, ...others } = { filters: undefined, ...said };
  expect(filters).toEqual({ tags: { only: "/.*/" } });
  return Object.keys(others).length === 0 ? name : { [name]: others };
}

test("a configuration that cig.toml can say comes back as it was", () => {
  const text = `version: 2.1
jobs:
  build:
    docker:
      - image: cimg/node:26.10
    resource_class: large
    environment:
      E: "1"
    steps:
      - checkout
      - run:
          name: Install
          command: npm ci
      - run: npm test
  deploy:
    machine:
      image: ubuntu-2404:current
    steps:
      - checkout
      - setup_remote_docker
      - run: ./deploy
workflows:
  ci:
    jobs:
      - build
      - hold:
          type: approval
          requires:
            - build
      - deploy:
          requires:
            - hold
          context:
            - org
`;
  const { file, when } = again(text);
  expect(file).toEqual(parse(text));
  // What is pushed to a branch, and what is asked for: all that ran before, but for schedules of the project's settings.
  const source = "<< pipeline.trigger_source >>";
  expect(when).toEqual({
    or: [
      {
        and: [
          { equal: ["webhook", source] },
          { not: "<< pipeline.git.tag >>" },
          { matches: { pattern: "^.*$", value: "<< pipeline.git.branch >>" } },
        ],
      },
      { equal: ["api", source] },
    ],
  });
});

test("what is kept for CircleCI alone comes back as it was", () => {
  const text = `version: 2.1
orbs:
  node: circleci/node@5.1
jobs:
  a:
    machine:
      image: ubuntu-2404:current
    steps:
      - checkout
      - node/install-packages:
          pkg-manager: npm
      - persist_to_workspace:
          root: .
          paths:
            - dist
workflows:
  ci:
    max_auto_reruns: 2
    jobs:
      - a:
          pre-steps:
            - run: w
`;
  expect(again(text).file).toEqual(parse(text));
});
