import { Artifact_When } from "@slipway/pipeline-sdk/graph";
import type { Approval, Graph, Job, Service, Variable, Work } from "@slipway/pipeline-sdk/graph";
import { agentOf, argsOf, askedOf, referenceOf } from "./agents.ts";
import { isKeptAfterSuccess, keepArtifact } from "./artifacts.ts";
import { heardSteps } from "./asked.ts";
import { checkoutOf, isImplicit } from "./checkout.ts";
import { wantedWhen } from "./conditions.ts";
import { block, call, code, invoke, named, textOf } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import type { Stage } from "./model.ts";
import { callsOf, overlaid, ownOf } from "./overrides.ts";
import { startServices, stopServices } from "./services.ts";
import { isScripted, mayFail, stepsOf } from "./steps.ts";
import type { StepScope } from "./steps.ts";
import { stepKey, valueOf } from "./values.ts";
import { environmentOf, isLate, registryLogin, withVariables } from "./variables.ts";

export type JobContext = {
  readonly graph: Graph;
  /** Of the workflow. */
  readonly variables: readonly Variable[];
  /** What a stage is called: no two are called the same. */
  readonly nameOf: (job: Job) => string;
  /** Whether the job may be left out where its signature is unchanged. */
  readonly isAsking: (job: Job) => boolean;
};

/** The stages of a job: several where it is to run several times beside itself. */
export function stagesOf(job: Job, context: JobContext): readonly Stage[] {
  const { kind } = job;
  switch (kind.case) {
    case "approval":
      return [approvalOf(job, kind.value, context)];
    case "work":
      return copiesOf(job, kind.value).map((copy) => workOf(copy, job, kind.value, context));
    case undefined:
      throw new Error("this plugin does not know the kind of a job: it is older than the graph");
  }
}

type Copy = {
  /** What its end is remembered by. */
  readonly id: string;
  readonly suffix: string;
  readonly variables: readonly (readonly [name: string, value: string])[];
};

function copiesOf({ id }: Job, { parallelism }: Work): readonly Copy[] {
  if (parallelism < 2) return [{ id, suffix: "", variables: [] }];
  return Array.from({ length: parallelism }, (_, at) => ({
    id: `${id} ${at + 1}`,
    suffix: ` ${at + 1}/${parallelism}`,
    variables: [
      ["SLIPWAY_PART", String(at)],
      ["SLIPWAY_PARTS", String(parallelism)],
    ],
  }));
}

/** Ids by which the ends of the jobs before are remembered. */
function needsOf(job: Job, { graph }: JobContext): readonly string[] {
  const all = graph.workflows.flatMap(({ jobs }) => jobs);
  return job.needs.flatMap((need) => {
    const found = all.find(({ id }) => id === need);
    return found === undefined ? [need] : endsOf(found);
  });
}

/** Ids by which the end of a job is remembered: of each time that it runs beside itself. */
export function endsOf(job: Job): readonly string[] {
  const { id, kind } = job;
  return kind.case === "work" ? copiesOf(job, kind.value).map((copy) => copy.id) : [id];
}

function whenOf(id: string, job: Job, context: JobContext): string {
  const work = job.kind.case === "work" ? job.kind.value : undefined;
  const needs = `[${needsOf(job, context).map(textOf).join(", ")}]`;
  const wanted = wantedWhen(job.condition, {
    job: job.id,
    variables: [...context.variables, ...(work?.env ?? [])],
    hasFailed: job.needs.length === 0 ? "false" : `failedBefore(${needs})`,
  });
  const asked = context.isAsking(job) ? [`!isUnchanged(${textOf(job.id)})`] : [];
  const isLoose = asked.length > 0 && job.condition?.kind.case === "any";
  const all =
    wanted === "true" && asked.length > 0 ? asked : [isLoose ? `(${wanted})` : wanted, ...asked];
  return `begin(${textOf(id)}, ${needs}, ${all.join(" && ")})`;
}

/** Asks without an agent. Who refuses stops the run. */
function approvalOf(job: Job, { prompt }: Approval, context: JobContext): Stage {
  return {
    name: context.nameOf(job),
    when: whenOf(job.id, job, context),
    input: [call("message", prompt || job.name)],
    steps: [block("script", [], [invoke("ended", job.id)])],
  };
}

function workOf(copy: Copy, job: Job, work: Work, context: JobContext): Stage {
  const { graph } = context;
  const own = ownOf(job.overrides);
  const variables = [...context.variables, ...work.env];
  const scope: StepScope = {
    job: job.id,
    graph,
    work,
    variables,
    heard: heardSteps(graph, job),
    asked: askedOf(graph, work, own),
  };
  return {
    name: `${context.nameOf(job)}${copy.suffix}`,
    when: whenOf(copy.id, job, context),
    agent: agentOf(graph, work, own),
    tools: callsOf(own["tools"]),
    options: overlaid(optionsOf(work), callsOf(own["options"])),
    environment: [...environmentOf(work.env), ...copy.variables],
    steps: bodyOf(copy.id, scope),
    always: afterwards(copy.id, scope),
  };
}

function optionsOf({ checkout, concurrency }: Work): readonly Node[] {
  const group = concurrency?.group?.kind;
  return [
    ...(isImplicit(checkout) ? [] : [call("skipDefaultCheckout")]),
    // A lock of a name that is known before is waited for without an agent.
    ...(group?.case === "literal" ? [call("lock", named({ resource: group.value }))] : []),
  ];
}

function bodyOf(id: string, scope: StepScope): readonly Node[] {
  const { work } = scope;
  const late = lateVariables(scope);
  const own = [...withVariables(late, scope, stepsOf(scope)), ...announce(scope)];
  const inside = onMachine(scope, locked(scope, own));
  const isPlain = inside === own && !isScripted(scope);
  const body = repeated(work, isPlain ? own : [block("script", [], inside)]);
  const failure = { buildResult: "FAILURE", stageResult: "FAILURE", catchInterruptions: false };
  return [
    block(
      "catchError",
      [work.mayFail ? mayFail : named(failure)],
      [...body, block("script", [], [invoke("ended", id)])],
    ),
    ...(work.mayFail ? [block("script", [], [invoke("forgive", id)])] : []),
  ];
}

/** Those of the workflow too, but for what the job says again. */
function lateVariables({ variables }: StepScope): readonly Variable[] {
  return variables.filter(
    (variable, at) =>
      isLate(variable) && !variables.slice(at + 1).some(({ name }) => name === variable.name),
  );
}

function repeated({ timeoutMinutes, retry }: Work, body: readonly Node[]): readonly Node[] {
  const timed =
    timeoutMinutes === 0
      ? body
      : [block("timeout", [named({ time: timeoutMinutes, unit: "MINUTES" })], body)];
  const attempts = retry?.attempts ?? 0;
  return attempts === 0 ? timed : [block("retry", [attempts + 1], timed)];
}

function locked(scope: StepScope, body: readonly Node[]): readonly Node[] {
  const { group } = scope.work.concurrency ?? {};
  if (group === undefined || group.kind.case === "literal") return body;
  return [block("lock", [named({ resource: code(valueOf(group, scope)) })], body)];
}

/** Where it was deployed to: Jenkins has no environments. */
function announce({ graph, work, ...scope }: StepScope): readonly Node[] {
  if (work.environment === "") return [];
  const found = graph.environments.find(({ id }) => id === work.environment);
  const name = found?.name || work.environment;
  if (found?.url === undefined) return [call("echo", `deployed to ${name}`)];
  return [call("echo", code(`${textOf(`deployed to ${name}: `)} + ${valueOf(found.url, scope)}`))];
}

/** What is done outside of the container: fetching the repository, for which it may have no git, and starting services. */
function onMachine(scope: StepScope, body: readonly Node[]): readonly Node[] {
  const { work, job } = scope;
  const { container } = work;
  const services = servicesOf(scope);
  const before = [
    ...(services.length === 0 ? [] : startServices(services, scope)),
    ...checkoutOf(work.checkout),
  ];
  if (before.length === 0) return body;
  if (container === undefined) return [...before, ...body];
  const own = argsOf(container, scope.asked);
  const args = [
    ...(services.length === 0 ? [] : [`'--network ' + networkOf(${textOf(job)})`]),
    ...(own === "" ? [] : [textOf(own)]),
  ].join(" + ' ' + ");
  const { host, name } = referenceOf(container);
  const image = `docker.image(${textOf(name)}).inside`;
  const inside = block(image, args === "" ? [] : [code(args)], body);
  if (container.credentials === undefined) return [...before, inside];
  return [...before, registryLogin(host, container.credentials.passwordSecret, [inside])];
}

function servicesOf({ graph, work }: StepScope): readonly Service[] {
  return graph.services.filter(({ id }) => work.services.includes(id));
}

/** Whatever came before: reports, what is kept of a failure, values for other jobs, an end for the services. */
function afterwards(id: string, scope: StepScope): readonly Node[] {
  const { graph, work, job } = scope;
  const services = servicesOf(scope);
  const late = work.artifacts.filter((artifact) => !isKeptAfterSuccess(artifact));
  const outputs = work.outputs.map(({ name, step, output }) =>
    invoke(
      "keepOutput",
      job,
      name,
      code(`outputOf(${textOf(stepKey(job, step))}, ${textOf(output)})`),
    ),
  );
  return [
    ...(work.testReports.length === 0 ? [] : [reportsOf(work.testReports)]),
    ...late.flatMap((artifact) => {
      const kept = keepArtifact(graph, job, artifact);
      if (artifact.when === Artifact_When.ALWAYS) return kept;
      return scripted([{ if: `!hasEndedWell(${textOf(id)})`, body: kept }]);
    }),
    ...scripted([...outputs, ...(services.length === 0 ? [] : stopServices(services, job))]),
  ];
}

function scripted(body: readonly Node[]): readonly Node[] {
  return body.length === 0 ? [] : [block("script", [], body)];
}

function reportsOf(testReports: readonly string[]): Node {
  return call(
    "junit",
    named({
      testResults: testReports.join(","),
      allowEmptyResults: true,
      // How the job ends, its commands say.
      skipMarkingBuildUnstable: true,
    }),
  );
}
