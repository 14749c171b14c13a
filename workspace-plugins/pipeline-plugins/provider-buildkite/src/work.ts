import type {
  Container,
  Graph,
  Job,
  ProviderStep,
  Variable,
  Work,
  Workflow,
} from "@slipway/pipeline-sdk/graph";
import { shellJob, shellWord } from "@slipway/pipeline-sdk/shell-job";
import type { OwnWord, ShellStep } from "@slipway/pipeline-sdk/shell-job";
import { cachePlugins } from "./caches.ts";
import { checkoutOf } from "./checkout.ts";
import { oneOf } from "./concurrency.ts";
import { guardScript } from "./conditions.ts";
import type { StepFrame } from "./frame.ts";
import { compact, flag, positive } from "./plain.ts";
import type { Table } from "./plain.ts";
import { plugins } from "./plugins.ts";
import { registryOf, servedScript } from "./services.ts";
import { shellSteps } from "./steps.ts";
import { uploadVariable } from "./uploaded.ts";
import { ownWord } from "./words.ts";

/** A command step: https://buildkite.com/docs/pipelines/configure/step-types/command-step. */
export function renderWork(context: WorkContext): Table {
  const { graph, job, work, frame } = context;
  const variables = variablesOf(context.workflow, work);
  const { env, secrets } = variables;
  const command = commandOf(context, variables);
  const rendered = compact({
    label: job.name,
    key: job.id,
    ...frame.common,
    command,
    plugins: pluginsOf(graph, work, { command, secrets: Object.keys(secrets) }),
    env,
    secrets: { ...secrets, ...loginSecret(work) },
    checkout: checkoutOf(work.checkout),
    artifact_paths: work.testReports,
    timeout_in_minutes: positive(work.timeoutMinutes),
    retry:
      work.retry === undefined
        ? undefined
        : { automatic: [{ exit_status: "*", limit: work.retry.attempts }] },
    soft_fail: flag(work.mayFail),
    parallelism: positive(work.parallelism),
    ...concurrencyOf(job, work),
    cancel_on_build_failing: flag(work.matrixPolicy?.failFast ?? false),
  });
  return rendered;
}

export type WorkContext = {
  readonly graph: Graph;
  readonly workflow: Workflow;
  readonly job: Job;
  readonly work: Work;
  readonly frame: StepFrame;
};

type Variables = {
  /** What the file says. */
  readonly env: Table;
  /** Names of secrets by those of variables. */
  readonly secrets: { readonly [name: string]: string };
  /** What is known when the job runs. */
  readonly open: readonly Variable[];
};

/** Those of the job win. */
function variablesOf(workflow: Workflow, work: Work): Variables {
  const byName = new Map([...workflow.env, ...work.env].map((each) => [each.name, each] as const));
  const all = [...byName.values()];
  const env: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const { name, value } of all) {
    if (value?.kind.case === "literal") env[name] = value.kind.value;
    if (value?.kind.case === "secret") secrets[name] = value.kind.value;
  }
  const open = all.filter(({ name }) => !Object.hasOwn(env, name) && !Object.hasOwn(secrets, name));
  return { env, secrets, open };
}

function commandOf(
  { graph, job, work, frame }: WorkContext,
  { env, secrets, open }: Variables,
): string {
  const own: OwnWord = (value) => ownWord(value, frame.inputs);
  const steps = shellSteps(graph, job, work);
  const services = graph.services.filter(({ id }) => work.services.includes(id));
  const before = [
    ...(work.parallelism > 1 ? [parts] : []),
    ...open.flatMap(({ name, value }) => [
      `${name}=${shellWord(value, own)} || exit 1`,
      `export ${name}`,
    ]),
    ...(frame.guard === undefined
      ? []
      : [guardScript(frame.guard, { job: job.id, own, before: frame.before })]),
  ];
  const isBare = before.length === 0 && services.length === 0 && work.container === undefined;
  const only = isBare ? onlyPlain(steps) : undefined;
  if (only !== undefined) return only;
  const script = [...before, shellJob(steps, { own, heading: (name) => `--- ${name}` })].join("\n");
  if (services.length === 0) return script;
  return servedScript({
    services,
    container: work.container,
    script,
    variables: [...Object.keys(env), ...Object.keys(secrets)],
    needsAgent: script.includes(agent),
    own,
  });
}

const agent = "buildkite-agent";

/** Which of equal runs it is, as the other providers say it. */
const parts =
  'export SLIPWAY_PART="$BUILDKITE_PARALLEL_JOB" SLIPWAY_PARTS="$BUILDKITE_PARALLEL_JOB_COUNT"';

/** What the shell of the agent runs as it is: one step with nothing to it but a command. */
function onlyPlain(steps: readonly ShellStep[]): string | undefined {
  const [step] = steps;
  if (step === undefined || steps.length > 1) return undefined;
  const {
    id = "",
    shell = "",
    workingDirectory = "",
    env = [],
    timeoutMinutes = 0,
    mayFail = false,
  } = step;
  const isPlain =
    [id, shell, workingDirectory].every((text) => text === "") &&
    step.condition === undefined &&
    env.length === 0 &&
    timeoutMinutes === 0 &&
    !mayFail;
  // The agent's shell would take it for an option.
  return isPlain && !/^[-+]/.test(step.command) ? step.command : undefined;
}

type Plugged = { readonly command: string; readonly secrets: readonly string[] };

/** In the order in which they work: the container, which runs the command, comes last. */
function pluginsOf(graph: Graph, work: Work, plugged: Plugged): readonly Table[] {
  const { container, services } = work;
  const isPlugged = container !== undefined && services.length === 0;
  return [
    ...(isPlugged ? loginPlugins(container) : []),
    ...work.steps.flatMap(({ kind }) =>
      kind.case === "providerStep" ? [ownPlugin(kind.value)] : [],
    ),
    ...cachePlugins(graph, work),
    ...(isPlugged ? [dockerPlugin(container, plugged)] : []),
  ];
}

function ownPlugin({ reference, with: inputs }: ProviderStep): Table {
  const settings = inputs.flatMap(({ name, value }) =>
    value?.kind.case === "literal" ? [[name, value.kind.value] as const] : [],
  );
  return { [reference]: Object.fromEntries(settings) };
}

function dockerPlugin(container: Container, { command, secrets }: Plugged): Table {
  const { image, user, entrypoint } = container;
  const [program, ...rest] = entrypoint;
  return {
    [plugins.docker]: compact({
      image,
      user,
      entrypoint: program,
      shell: program === undefined ? undefined : [...rest, "/bin/sh", "-e", "-c"],
      "propagate-environment": true,
      // Only what the build says is propagated.
      environment: secrets,
      "mount-buildkite-agent": flag(command.includes(agent)),
    }),
  };
}

const passwordVariable = "SLIPWAY_REGISTRY_PASSWORD";

function loginPlugins({ image, credentials }: Container): readonly Table[] {
  if (credentials === undefined) return [];
  const server = registryOf(image);
  const { username } = credentials;
  return [
    { [plugins.dockerLogin]: compact({ username, "password-env": passwordVariable, server }) },
  ];
}

function loginSecret({ container, services }: Work): { readonly [name: string]: string } {
  const credentials = services.length === 0 ? container?.credentials : undefined;
  return credentials === undefined ? {} : { [passwordVariable]: credentials.passwordSecret };
}

function concurrencyOf(job: Job, { concurrency, matrixPolicy }: Work): Table {
  if (concurrency !== undefined) {
    return oneOf(concurrency.group);
  }
  const most = matrixPolicy?.maxParallel ?? 0;
  if (most === 0) return {};
  return {
    concurrency: most,
    concurrency_group: `${uploadVariable("BUILDKITE_BUILD_ID")}/${job.base}`,
    concurrency_method: "eager",
  };
}
