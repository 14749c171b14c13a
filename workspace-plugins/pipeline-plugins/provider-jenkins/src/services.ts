import { create } from "@bufbuild/protobuf";
import { VariableSchema } from "@slipway/pipeline-sdk/graph";
import type { Health, Service, Variable } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { referenceOf } from "./agents.ts";
import { block, call, code, named, textOf } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import type { Scope } from "./values.ts";
import { registryLogin, withVariables } from "./variables.ts";

/** Starts the services in a network of the job, and waits until they are ready. Its name is in `SLIPWAY_NETWORK`. */
export function startServices(services: readonly Service[], scope: Scope): readonly Node[] {
  const started = services.flatMap((service) => startOf(service, scope));
  const waited = services.filter(({ health }) => health !== undefined).map(waitFor);
  return withNetwork(scope.job, [
    // Of an attempt before this one there may be something left.
    ...removed(services),
    call("sh", `docker network create "$SLIPWAY_NETWORK"`),
    ...started,
    ...waited,
  ]);
}

export function stopServices(services: readonly Service[], job: string): readonly Node[] {
  return withNetwork(job, removed(services));
}

function removed(services: readonly Service[]): readonly Node[] {
  const names = services.map(containerName).join(" ");
  const script = `docker rm -f -v ${names}\ndocker network rm "$SLIPWAY_NETWORK"`;
  return [call("sh", named({ label: "remove services", returnStatus: true, script }))];
}

function withNetwork(job: string, body: readonly Node[]): readonly Node[] {
  const name = code(`'SLIPWAY_NETWORK=' + networkOf(${textOf(job)})`);
  return [block("withEnv", [[name]], body)];
}

function containerName({ id }: Service): string {
  return `"$SLIPWAY_NETWORK-${id}"`;
}

function startOf(service: Service, scope: Scope): readonly Node[] {
  const { container } = service;
  if (container === undefined) throw new Error(`internal: service ${service.id} has no image`);
  const { words, variables } = environmentWords(service);
  const [program, ...rest] = container.entrypoint;
  const script = [
    `docker run -d --name ${containerName(service)} --network "$SLIPWAY_NETWORK" --network-alias ${service.id}`,
    ...words,
    ...service.ports.map(({ container: inside, host: outside }) =>
      outside === 0 ? `-p ${inside}` : `-p ${outside}:${inside}`,
    ),
    ...(container.user === "" ? [] : [`--user ${shellQuoted(container.user)}`]),
    ...(program === undefined ? [] : [`--entrypoint ${wordOf(program)}`]),
    ...(service.health === undefined ? [] : healthWords(service.health)),
    [container.image, ...rest, ...service.command].map(wordOf).join(" "),
  ].join(" ");
  const nodes = withVariables(variables, scope, [call("sh", script)]);
  if (container.credentials === undefined) return nodes;
  return [registryLogin(referenceOf(container).host, container.credentials.passwordSecret, nodes)];
}

function wordOf(text: string): string {
  return text === "" ? "''" : shellQuoted(text);
}

/** Values that only Jenkins knows come by variables of names that no program reads. */
function environmentWords({ env }: Service): {
  readonly words: readonly string[];
  readonly variables: readonly Variable[];
} {
  const parts = env.map((variable, at) => {
    const { name, value } = variable;
    if (value?.kind.case === "literal") {
      return { word: `-e ${shellQuoted(`${name}=${value.kind.value}`)}`, late: [] };
    }
    const bound = `SLIPWAY_SERVICE_${at}`;
    const late = [
      create(VariableSchema, { name: bound, ...(value === undefined ? {} : { value }) }),
    ];
    return { word: `-e ${name}="$${bound}"`, late };
  });
  return {
    words: parts.map(({ word }) => word),
    variables: parts.flatMap(({ late }) => late),
  };
}

function healthWords(health: Health): readonly string[] {
  return [
    `--health-cmd ${wordOf(health.command)}`,
    ...seconds("interval", health.intervalSeconds),
    ...seconds("timeout", health.timeoutSeconds),
    ...seconds("start-period", health.startPeriodSeconds),
    ...(health.retries === 0 ? [] : [`--health-retries ${health.retries}`]),
  ];
}

function seconds(name: string, count: number): readonly string[] {
  return count === 0 ? [] : [`--health-${name} ${count}s`];
}

/** The engine counts the retries; one that has ended is ready no more. */
function waitFor(service: Service): Node {
  const name = containerName(service);
  const script = `while :; do
  case $(docker inspect -f '{{.State.Running}} {{.State.Health.Status}}' ${name}) in
    'true healthy') break ;;
    'true starting') sleep 1 ;;
    *) docker logs ${name}; exit 1 ;;
  esac
done`;
  return call("sh", named({ label: `wait for ${service.id}`, script }));
}
