import { Permissions_Access, Status } from "@slipway/pipeline-sdk/graph";
import type {
  Condition,
  Graph,
  Job,
  Step,
  Value,
  Variable,
  Work,
  Workflow,
} from "@slipway/pipeline-sdk/graph";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { askedOf, canHoldContainer, isWhole } from "./agents.ts";
import { artifactsOf } from "./artifacts.ts";
import { askedByJob, isCommit } from "./asked.ts";
import { leavesOf, valuesIn } from "./conditions.ts";
import { nameProblem, refusal, warning } from "./diagnostics.ts";
import type { Words } from "./diagnostics.ts";
import { badNames, isCallable, isTable, keysOf, ownOf } from "./overrides.ts";
import { partsOf } from "./values.ts";

/** What of a job a Jenkinsfile cannot say, or says otherwise than elsewhere. */
export function jobProblems(graph: Graph, workflow: Workflow, job: Job): readonly Diagnostic[] {
  const { kind, place } = job;
  const work = kind.case === "work" ? kind.value : undefined;
  const variables = [...workflow.env, ...(work?.env ?? [])];
  const decided = decidedBy(job.condition, variables);
  const all = [...workflow.env.map(({ value }) => value), ...askedByJob(graph, job)];
  return [
    ...refused(
      place,
      decided.some(isCommit) && words.commit,
      [...decided, ...all].some(isMixedSecret) && words.secret,
      [...decided, ...decidedInSteps(work, variables)].some(isSecret) && words.comparedSecret,
    ),
    ...warned(place, isCancelledAsked(job, work) && words.cancelled),
    ...(work === undefined ? [] : workProblems(graph, job, work, all)),
  ];
}

/** What is compared: of a variable of the file, its value. */
function decidedBy(
  condition: Condition | undefined,
  variables: readonly Variable[],
): readonly (Value | undefined)[] {
  return valuesIn(condition).map((value) => {
    const kind = value?.kind;
    return kind?.case === "env"
      ? variables.findLast(({ name }) => name === kind.value)?.value
      : value;
  });
}

function decidedInSteps(
  work: Work | undefined,
  variables: readonly Variable[],
): readonly (Value | undefined)[] {
  return (work?.steps ?? []).flatMap(({ condition, env }) =>
    decidedBy(condition, [...variables, ...env]),
  );
}

function isSecret(value: Value | undefined): boolean {
  return partsOf(value).some((kind) => kind.case === "secret");
}

function isMixedSecret(value: Value | undefined): boolean {
  return value?.kind.case === "joined" && isSecret(value);
}

function isCancelledAsked({ condition }: Job, work: Work | undefined): boolean {
  const conditions = [condition, ...(work?.steps ?? []).map((step) => step.condition)];
  return conditions
    .flatMap((one) => leavesOf(one))
    .some(({ kind }) => kind.case === "status" && kind.value === Status.CANCELLED);
}

function workProblems(
  graph: Graph,
  job: Job,
  work: Work,
  asked: readonly (Value | undefined)[],
): readonly Diagnostic[] {
  const { place } = job;
  const own = ownOf(job.overrides);
  const keys = keysOf(own, jobKeys);
  const paths = artifactsOf(job).flatMap((artifact) => artifact.paths);
  const kept = [...work.artifacts, ...work.outputs, ...artifactsOf(job)];
  return [
    ...keys.map((key) => refusal(words.key(key), place)),
    ...jobKeys
      .flatMap((key) => badNames(own[key]))
      .map((name) => refusal(nameProblem(name), place)),
    ...refused(
      place,
      Object.entries(own).some(([key, value]) => jobKeys.includes(key) && !isTable(value)) &&
        words.table,
      work.checkout?.disabled === true && asked.some(isCommit) && words.noCheckout,
      !canRun(graph, job, work) && words.container,
      (work.container?.entrypoint.length ?? 0) > 1 && words.entrypoint,
      paths.some(isOutside) && words.outside,
      [...paths, ...work.testReports].some((path) => path.includes(",")) && words.comma,
      work.parallelism > 1 && kept.length > 0 && words.parallelism,
    ),
    ...warned(
      place,
      isWriting(work) && words.permissions,
      work.concurrency?.cancelInProgress === true && words.cancel,
      work.matrixPolicy?.failFast === true && words.failFast,
      work.mayFail && work.timeoutMinutes > 0 && words.stopped,
      job.matrix.length > 0 && paths.length > 0 && words.archive,
      hasEmpty(work) && words.empty,
      isDockerLost(graph, job, work) && words.docker,
    ),
    ...work.steps.flatMap(stepProblems),
  ];
}

const jobKeys = ["agent", "options", "tools"];

function canRun(graph: Graph, job: Job, work: Work): boolean {
  if (work.container === undefined) return true;
  return canHoldContainer(askedOf(graph, work, ownOf(job.overrides)));
}

/** Where a script begins the container, only its arguments are said. */
function isDockerLost(graph: Graph, job: Job, work: Work): boolean {
  const { docker } = askedOf(graph, work, ownOf(job.overrides));
  const isScripted = work.container !== undefined && !isWhole(work);
  return isScripted && isTable(docker) && keysOf(docker, ["args"]).length > 0;
}

function isOutside(path: string): boolean {
  return /^[/~]|(?:^|\/)\.\.(?:\/|$)/.test(path);
}

function isWriting({ permissions }: Work): boolean {
  const asked = [permissions?.default, ...Object.values(permissions?.scopes ?? {})];
  return asked.includes(Permissions_Access.WRITE);
}

function hasEmpty({ env, steps }: Work): boolean {
  return [...env, ...steps.flatMap((step) => step.env)].some(
    ({ value }) => value?.kind.case === "literal" && value.kind.value === "",
  );
}

function stepProblems(step: Step): readonly Diagnostic[] {
  const own = step.kind.case === "providerStep" ? step.kind.value : undefined;
  return refused(
    step.place,
    own !== undefined && own.provider !== "jenkins" && words.foreign(own.provider, own.reference),
    own?.provider === "jenkins" && !isCallable(own.reference) && words.name(own.reference),
    own?.provider === "jenkins" &&
      own.with.some(({ value }) => isSecret(value)) &&
      words.secretInput,
  );
}

type Asked = false | undefined | Words;

function refused(place: Job["place"], ...asked: readonly Asked[]): readonly Diagnostic[] {
  return asked.flatMap((one) => (one === false || one === undefined ? [] : [refusal(one, place)]));
}

function warned(place: Job["place"], ...asked: readonly Asked[]): readonly Diagnostic[] {
  return asked.flatMap((one) => (one === false || one === undefined ? [] : [warning(one, place)]));
}

const words = {
  commit: {
    code: "JENKINS_COMMIT",
    title: "the commit is not known where a job is decided on",
    message: "the condition of the job asks for the commit",
    fixHint: "write the condition at its steps",
  },
  noCheckout: {
    code: "JENKINS_COMMIT",
    title: "the commit is known to who fetches it",
    message: "the job asks for the commit, and fetches nothing",
    fixHint: "leave out checkout = false",
  },
  secret: {
    code: "JENKINS_SECRET",
    title: "a secret within a longer text",
    message: "Jenkins binds a credential to a variable of its own",
    fixHint: "give the secret to a variable, and put it into the text in the command",
  },
  comparedSecret: {
    code: "JENKINS_SECRET",
    title: "a secret in a condition",
    message: "Jenkins knows no credential where it decides",
    fixHint: "ask for a setting instead",
  },
  secretInput: {
    code: "JENKINS_SECRET",
    title: "a secret as an input of a step",
    message: "Jenkins binds a credential to a variable",
    fixHint: "name the credential by its id as the step has it, or bind it by env",
  },
  cancelled: {
    code: "JENKINS_CANCELLED",
    title: "cancelled() is never true",
    message: "in a run that was stopped, Jenkins begins nothing any more",
    fixHint: "use always() or failure(), or leave it out for Jenkins",
  },
  table: {
    code: "JENKINS_KEY",
    title: "a key that is no table",
    message: "agent, options and tools are tables",
    fixHint: 'write jenkins = { options = { retry = 2 }, agent = { label = "..." } }',
  },
  container: {
    code: "JENKINS_AGENT",
    title: "an agent that has containers of its own",
    message: "the job has an image, and its runner is no machine with Docker",
    fixHint: "give it a runner of a label, or leave the image to the agent",
  },
  entrypoint: {
    code: "JENKINS_ENTRYPOINT",
    title: "an entrypoint of several words",
    message: "docker run takes one program as the entrypoint of a job",
    fixHint: "name the program alone",
  },
  outside: {
    code: "JENKINS_PATH",
    title: "an artifact outside of the workspace",
    message: "Jenkins keeps files of the workspace only",
    fixHint: "copy the files into the workspace before",
  },
  comma: {
    code: "JENKINS_PATH",
    title: "a comma in a path",
    message: "Jenkins takes a comma for the end of a path",
    fixHint: "write ? for it",
  },
  parallelism: {
    code: "JENKINS_PARALLELISM",
    title: "equal runs that keep equal files or values",
    message: "with parallelism, the artifacts and outputs of the runs would replace each other",
    fixHint: "use a matrix, whose jobs have names of their own",
  },
  permissions: {
    code: "JENKINS_PERMISSIONS",
    title: "Jenkins gives a job no token",
    message: "the job asks for permissions to write",
    fixHint: "bind a credential that has them: env = { TOKEN = { secret = ... } }",
  },
  cancel: {
    code: "JENKINS_CONCURRENCY",
    title: "a job in progress is waited for",
    message: "Jenkins stops no single job of another run",
    fixHint: "write cancel_in_progress for the workflow",
  },
  failFast: {
    code: "JENKINS_FAIL_FAST",
    title: "the other jobs of a matrix run to their end",
    message: "Jenkins would stop all jobs of the same level",
    fixHint: "leave out fail_fast",
  },
  stopped: {
    code: "JENKINS_MAY_FAIL",
    title: "a job that may fail, and has a time limit",
    message: "where the job is stopped by its limit, the run ends as aborted",
    fixHint: "write timeout_minutes at its steps, or bound the command by timeout(1)",
  },
  archive: {
    code: "JENKINS_ARCHIVE",
    title: "the archive of a run has no names of artifacts",
    message:
      "jobs of the matrix that keep files of the same path replace each other in the archive",
    fixHint: "put the values of the matrix into the paths",
  },
  empty: {
    code: "JENKINS_EMPTY",
    title: "an empty variable",
    message: "Jenkins takes a variable away that has an empty value",
    fixHint: "read it in the command with a default: ${NAME-}",
  },
  docker: {
    code: "JENKINS_AGENT",
    title: "settings of a container that a script begins",
    message: "with services or a checkout of its own, a job takes no setting of docker but args",
    fixHint: "leave the others out, or leave out the services and the checkout",
  },
  key: (key: string) => ({
    code: "JENKINS_KEY",
    title: "a key that is none of a stage",
    message: `${key} cannot be laid over a stage`,
    fixHint: `write one of ${jobKeys.join(", ")}`,
  }),
  foreign: (provider: string, reference: string) => ({
    code: "JENKINS_STEP",
    title: "a step of another provider",
    message: `${provider}:${reference} is none of Jenkins`,
    fixHint: 'write what it does as run, or only_for = ["..."] at the step',
  }),
  name: (reference: string) => ({
    code: "JENKINS_STEP",
    title: "no name of a step",
    message: `${reference} cannot be called`,
    fixHint: "write the name of the step as a pipeline has it: jenkins:slackSend",
  }),
} as const;
