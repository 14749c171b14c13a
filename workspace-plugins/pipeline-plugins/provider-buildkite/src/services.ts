import type { Container, Health, Service } from "@slipway/pipeline-sdk/graph";
import { shellQuoted, shellWord } from "@slipway/pipeline-sdk/shell-job";
import type { OwnWord } from "@slipway/pipeline-sdk/shell-job";

export type ServedJob = {
  readonly services: readonly Service[];
  readonly container: Container | undefined;
  /** For the shell of the job. */
  readonly script: string;
  /** Variables of the job that its container gets beside those of the build. */
  readonly variables: readonly string[];
  readonly needsAgent: boolean;
  readonly own: OwnWord;
};

/**
 * The script of a job with services. The docker plugin runs nothing beside the job, and the compose plugin wants a file of the
 * repository for each: so the containers are started, waited for and removed here. A job in a container finds them by their ids.
 */
export function servedScript(job: ServedJob): string {
  const { services, container, own } = job;
  const inner = `/bin/sh -e -c ${shellQuoted(job.script)}`;
  return [
    begin,
    ...services.map((service) => startService(service, container === undefined, own)),
    ...services.map(({ id }) => `slipway_healthy "$slipway_network-${id}" || exit 1`),
    container === undefined ? `${inner} &` : startJob(container, inner, job),
    "slipway_status=0",
    'wait "$!" || slipway_status=$?',
    'if [ -n "$slipway_stopped" ]; then wait "$!" || :; fi',
    'exit "$slipway_status"',
    "",
  ].join("\n");
}

const begin = String.raw`slipway_network=slipway-$BUILDKITE_JOB_ID
slipway_stopped=
slipway_clean() {
  docker ps --all --quiet --filter "label=slipway=$slipway_network" | xargs docker rm --force --volumes || :
  docker network rm "$slipway_network" || :
} >/dev/null 2>&1
trap slipway_clean EXIT
trap 'slipway_stopped=yes; kill "$!" 2>/dev/null || :' TERM INT HUP
slipway_healthy() {
  while :; do
    [ -z "$slipway_stopped" ] || exit 143
    case $(docker inspect --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "$1") in
      'running healthy' | 'running ') return 0 ;;
      'running starting' | created*) sleep 1 ;;
      *)
        docker logs "$1"
        return 1 ;;
    esac
  done
}
docker network create "$slipway_network" >/dev/null || exit 1`;

function startService(service: Service, isOnHost: boolean, own: OwnWord): string {
  const { id, container, env, ports, command, health } = service;
  const [entrypoint, ...rest] = container?.entrypoint ?? [];
  const known = env.flatMap(({ name, value }) =>
    value?.kind.case === "literal" ? [`--env ${shellQuoted(`${name}=${value.kind.value}`)}`] : [],
  );
  const open = env.filter(({ value }) => value?.kind.case !== "literal");
  const options = [
    `--name "$slipway_network-${id}" --label "slipway=$slipway_network"`,
    `--network "$slipway_network" --network-alias ${id}`,
    ...(container?.user ? [`--user ${shellQuoted(container.user)}`] : []),
    ...(entrypoint === undefined ? [] : [`--entrypoint ${shellQuoted(entrypoint)}`]),
    ...known,
    ...open.map(({ name }) => `--env ${name}`),
    // A job in a container reaches them on their own network, where nothing is taken.
    ...(isOnHost ? ports.map(portOption) : []),
    ...(health === undefined ? [] : healthOptions(health)),
  ];
  const words = [container?.image ?? "", ...rest, ...command].map(shellQuoted);
  return [
    "(",
    ...open.flatMap(({ name, value }) => [
      `${name}=${shellWord(value, own)} || exit`,
      `export ${name}`,
    ]),
    ...loginLines(container, own),
    `exec docker run --detach ${options.join(" ")} ${words.join(" ")}`,
    ") >/dev/null || exit 1",
  ].join("\n");
}

function portOption({ container, host }: { readonly container: number; readonly host: number }) {
  return host === 0 ? `--publish ${container}` : `--publish ${host}:${container}`;
}

function healthOptions(health: Health): readonly string[] {
  return [
    `--health-cmd ${shellQuoted(health.command)}`,
    ...seconds("interval", health.intervalSeconds),
    ...seconds("timeout", health.timeoutSeconds),
    ...seconds("start-period", health.startPeriodSeconds),
    ...(health.retries === 0 ? [] : [`--health-retries ${health.retries}`]),
  ];
}

function seconds(name: string, count: number): readonly string[] {
  return count === 0 ? [] : [`--health-${name} ${count}s`];
}

/** In a configuration of its own, which nobody else on the agent reads. */
function loginLines(container: Container | undefined, own: OwnWord): readonly string[] {
  const credentials = container?.credentials;
  if (container === undefined || credentials === undefined) return [];
  const server = registryOf(container.image);
  const password = own({ case: "secret", value: credentials.passwordSecret });
  return [
    "DOCKER_CONFIG=$(mktemp -d) || exit",
    `trap 'rm -rf "$DOCKER_CONFIG"' EXIT`,
    "trap 'exit 143' TERM INT HUP",
    "export DOCKER_CONFIG",
    `password=${password} || exit`,
    `printf %s "$password" | docker login --username ${shellQuoted(credentials.username)} --password-stdin ${server === undefined ? "" : shellQuoted(server)} || exit`,
    `docker pull --quiet ${shellQuoted(container.image)} || exit`,
    'rm -rf "$DOCKER_CONFIG"',
    "trap - EXIT TERM INT HUP",
    "unset DOCKER_CONFIG",
  ];
}

/** The part of a reference before its first slash, where that is a host. */
export function registryOf(image: string): string | undefined {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : undefined;
}

function startJob(container: Container, inner: string, job: ServedJob): string {
  const [entrypoint, ...rest] = container.entrypoint;
  const agent = [
    '--volume "$(command -v buildkite-agent):/usr/bin/buildkite-agent"',
    "--env BUILDKITE_AGENT_ACCESS_TOKEN",
  ];
  const options = [
    '--rm --init --label "slipway=$slipway_network" --network "$slipway_network"',
    '--volume "$PWD:/workdir" --workdir /workdir',
    ...(container.user === "" ? [] : [`--user ${shellQuoted(container.user)}`]),
    ...(entrypoint === undefined ? [] : [`--entrypoint ${shellQuoted(entrypoint)}`]),
    ...(job.needsAgent ? agent : []),
    ...job.variables.map((name) => `--env ${name}`),
  ];
  const words = [container.image, ...rest].map(shellQuoted);
  return [
    ...(container.credentials === undefined
      ? []
      : ["(", ...loginLines(container, job.own), ") >/dev/null || exit 1"]),
    "set --",
    'while IFS= read -r line; do set -- "$@" --env "${line%%=*}"; done <"$BUILDKITE_ENV_FILE"',
    `docker run "$@" ${options.join(" ")} ${words.join(" ")} ${inner} &`,
  ].join("\n");
}
