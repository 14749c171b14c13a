import type {
  Approval,
  Container,
  Graph,
  Health,
  Job,
  Permissions,
  Service,
  Work,
} from "@slipway/pipeline-sdk/graph";
import { Permissions_Access } from "@slipway/pipeline-sdk/graph";
import { asksStatus, quoted, renderCondition, renderValue } from "./expressions.ts";
import { overlay } from "./overlay.ts";
import { compact, flag, positive } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { renderSteps, renderVariables } from "./steps.ts";

type Rendered = { readonly [key: string]: Plain };

export type JobContext = {
  readonly graph: Graph;
  /** The id of the job that says which jobs run. `undefined`: all do. */
  readonly bootstrap: string | undefined;
  /** Ids of jobs that may be left out: what needs them runs all the same. */
  readonly mayBeSkipped: ReadonlySet<string>;
  /** Whether a job asks the bootstrap. */
  readonly isAsking: (job: Job) => boolean;
};

export function renderJob(job: Job, context: JobContext): Rendered {
  const { kind } = job;
  const needs = [...(context.isAsking(job) ? [context.bootstrap ?? ""] : []), ...job.needs];
  const common = {
    name: job.name === job.id ? undefined : quoted(job.name),
    needs: needs.length === 1 ? needs[0] : needs,
    if: conditionOf(job, context),
  };
  const rendered =
    kind.case === "work"
      ? renderWork(job, kind.value, common, context)
      : renderApproval(job, kind.case === "approval" ? kind.value : undefined, common);
  return overlay(rendered, job.overrides);
}

/**
 * A job that needs others gets `success()` in front of its condition by GitHub, for which one that was left out anywhere before
 * it is none: what needs a job that may be left out says itself what has to hold.
 */
function conditionOf(job: Job, context: JobContext): string | undefined {
  const own = job.condition;
  const isAsking = context.isAsking(job);
  const waits = job.needs.some((need) => context.mayBeSkipped.has(need));
  const parts = [
    ...((isAsking || waits) && !asksStatus(own) ? ["!cancelled()", "!failure()"] : []),
    ...(isAsking ? [`needs.${context.bootstrap ?? ""}.outputs.${job.id} != 'false'`] : []),
  ];
  if (own !== undefined) {
    const text = renderCondition(own);
    parts.push(parts.length > 0 && own.kind.case === "any" ? `(${text})` : text);
  }
  return parts.length === 0 ? undefined : `\${{ ${parts.join(" && ")} }}`;
}

type Common = {
  readonly name: string | undefined;
  readonly needs: Plain | undefined;
  readonly if: string | undefined;
};

function renderWork(job: Job, work: Work, common: Common, { graph }: JobContext): Rendered {
  const services = graph.services.filter(({ id }) => work.services.includes(id));
  return compact({
    ...common,
    permissions: renderPermissions(work.permissions),
    ...runnerOf(graph, work.runner),
    environment: environmentOf(graph, work.environment),
    concurrency:
      work.concurrency === undefined
        ? undefined
        : compact({
            group: renderValue(work.concurrency.group),
            "cancel-in-progress": flag(work.concurrency.cancelInProgress),
          }),
    container: work.container === undefined ? undefined : renderContainer(work.container),
    services: Object.fromEntries(services.map((service) => [service.id, renderService(service)])),
    outputs: Object.fromEntries(
      work.outputs.map(({ name, step, output }) => [
        name,
        `\${{ steps.${step}.outputs.${output} }}`,
      ]),
    ),
    env: renderVariables(work.env),
    defaults: compact({
      run: compact({ shell: work.shell, "working-directory": quoted(work.workingDirectory) }),
    }),
    "timeout-minutes": positive(work.timeoutMinutes),
    "continue-on-error": flag(work.mayFail),
    steps: renderSteps(graph, job, work),
  });
}

/** Waits for those who may release the environment of its name. */
function renderApproval(job: Job, approval: Approval | undefined, common: Common): Rendered {
  const prompt = approval?.prompt === "" ? undefined : approval?.prompt;
  return compact({
    ...common,
    "runs-on": usualRunner,
    environment: job.id,
    steps: [compact({ name: prompt === undefined ? "approved" : quoted(prompt), run: "true" })],
  });
}

const usualRunner = "ubuntu-latest";

/** The settings of the runner for GitHub, of which `runs-on` is one; a name that the file does not declare is a label. */
function runnerOf(graph: Graph, id: string): Rendered {
  const runner = graph.runners.find((one) => one.id === id);
  if (runner === undefined) return { "runs-on": id === "" ? usualRunner : id };
  return overlay({ "runs-on": usualRunner }, runner.settings);
}

function environmentOf(graph: Graph, id: string): Plain | undefined {
  if (id === "") return undefined;
  const found = graph.environments.find((one) => one.id === id);
  const name = quoted(found?.name ?? id);
  return found?.url === undefined ? name : { name, url: renderValue(found.url) };
}

function renderContainer({ image, credentials, user }: Container): Rendered {
  const given = user === "" ? [] : [`--user ${user}`];
  return compact({
    image: quoted(image),
    credentials:
      credentials === undefined
        ? undefined
        : {
            username: quoted(credentials.username),
            password: `\${{ secrets.${credentials.passwordSecret} }}`,
          },
    options: quoted(given.join(" ")),
  });
}

function renderService({ container, env, ports, health }: Service): Plain {
  return compact({
    ...(container === undefined ? {} : renderContainer(container)),
    env: renderVariables(env),
    ports: ports.map((port) =>
      port.host === 0 ? String(port.container) : `${port.host}:${port.container}`,
    ),
    options: health === undefined ? undefined : healthOptions(health),
  });
}

/** Of `docker create`, as a shell would split them. */
function healthOptions(health: Health): string {
  return [
    `--health-cmd ${shellWord(health.command)}`,
    ...seconds("interval", health.intervalSeconds),
    ...seconds("timeout", health.timeoutSeconds),
    ...seconds("start-period", health.startPeriodSeconds),
    ...(health.retries === 0 ? [] : [`--health-retries ${health.retries}`]),
  ].join(" ");
}

function seconds(name: string, count: number): readonly string[] {
  return count === 0 ? [] : [`--health-${name} ${count}s`];
}

function shellWord(text: string): string {
  return `"${quoted(text).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

const accesses = {
  [Permissions_Access.UNSPECIFIED]: undefined,
  [Permissions_Access.NONE]: "none",
  [Permissions_Access.READ]: "read",
  [Permissions_Access.WRITE]: "write",
} as const;

/** Scopes in the order of their names. `read-all` and `write-all` stand for all. */
export function renderPermissions(permissions: Permissions | undefined): Plain | undefined {
  if (permissions === undefined) return undefined;
  const { default: all, scopes } = permissions;
  if (all === Permissions_Access.NONE) return {};
  const named = accesses[all];
  if (named !== undefined) return `${named}-all`;
  return Object.fromEntries(
    Object.entries(scopes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([scope, access]) => [scope, accesses[access] ?? "none"]),
  );
}
