import { call, code, linesOf } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import type { Environment, Pipeline, Stage } from "./model.ts";

/** The pipeline as a Jenkinsfile, after what it calls. */
export function printPipeline(pipeline: Pipeline, before: readonly string[]): string {
  const { libraries, environment, options, parameters, triggers, stages } = pipeline;
  const body: readonly Node[] = [
    ...section(
      "libraries",
      libraries.map((name) => call("lib", name)),
    ),
    code("agent none"),
    ...environmentOf(environment),
    ...section("options", options),
    ...section("parameters", parameters),
    ...section("triggers", triggers),
    ...section("stages", stages.map(stageOf)),
  ];
  return [...before, ...linesOf([{ call: "pipeline", body }]), ""].join("\n");
}

function section(name: string, body: readonly Node[] = []): readonly Node[] {
  return body.length === 0 ? [] : [{ call: name, body }];
}

function environmentOf(environment: Environment = []): readonly Node[] {
  return section(
    "environment",
    environment.map(([name, to]) => ({ set: name, to })),
  );
}

function stageOf(stage: Stage): Node {
  return {
    call: "stage",
    with: [stage.name],
    body: [
      ...whenOf(stage),
      ...(stage.agent === "any" ? [code("agent any")] : section("agent", stage.agent)),
      ...section("tools", stage.tools),
      ...section("options", stage.options),
      ...environmentOf(stage.environment),
      ...section("input", stage.input),
      ...section("steps", stage.steps),
      ...section("stages", stage.stages?.map(stageOf)),
      ...section("parallel", stage.parallel?.map(stageOf)),
      ...section("post", section("always", stage.always)),
    ],
  };
}

/** Before an agent is taken, a lock is waited for, or a person is asked. */
function whenOf({ when, agent, options = [], input }: Stage): readonly Node[] {
  if (when === undefined) return [];
  return section("when", [
    ...(agent === undefined ? [] : [call("beforeAgent", true)]),
    ...(input === undefined ? [] : [call("beforeInput", true)]),
    ...(options.length === 0 ? [] : [call("beforeOptions", true)]),
    { call: "expression", body: [code(when)] },
  ]);
}
