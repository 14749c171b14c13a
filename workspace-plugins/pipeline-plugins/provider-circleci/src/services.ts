import type { Container, Health, Service } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { compact, ordered, quoted } from "./plain.ts";
import type { Table } from "./plain.ts";
import { run, splitVariables } from "./run.ts";
import { script, word } from "./words.ts";

const keys = ["image", "name", "entrypoint", "command", "user", "auth", "environment"];

export function renderContainer({ image, entrypoint, user, credentials }: Container): Table {
  return ordered(
    compact({
      image: quoted(image),
      entrypoint: entrypoint.map(quoted),
      user: quoted(user),
      auth:
        credentials === undefined
          ? undefined
          : { username: quoted(credentials.username), password: `$${credentials.passwordSecret}` },
    }),
    keys,
  );
}

/** Beside the container of the job: both are on localhost. */
export function renderBeside({ container, command, env }: Service): Table {
  const [native] = splitVariables(env);
  return ordered(
    compact({
      ...(container === undefined ? {} : renderContainer(container)),
      command: command.map(quoted),
      environment: native,
    }),
    keys,
  );
}

/** Docker's own, where the file says nothing. */
function secondsOf({ intervalSeconds, retries, startPeriodSeconds }: Health): number {
  return startPeriodSeconds + (intervalSeconds || 30) * (retries || 3);
}

/** CircleCI starts what stands beside a job and does not wait for it. */
export function waitStep({ id, health, ports }: Service): readonly Table[] {
  if (health === undefined) return [];
  const text = `for port in ${ports.map(({ container }) => container).join(" ")}; do
  tries=${secondsOf(health)}
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then echo "nothing answers on port $port" >&2; exit 1; fi
    sleep 1
  done
done`;
  return [run({ name: `wait for ${id}`, command: quoted(text), shell: "/bin/bash -eo pipefail" })];
}

/** On a machine, which has Docker and no list of services. */
export function startStep(service: Service): Table {
  const { id, container, env, health } = service;
  const [native, computed] = splitVariables(env);
  const lines = [
    ...loginLines(container),
    ...computed.flatMap(({ name, value }) => [`${name}=${word(value)}`, `export ${name}`]),
    dockerRun(service),
    ...(health === undefined ? [] : [healthyLines(id, secondsOf(health))]),
  ];
  return run({ name: `start ${id}`, command: quoted(script(...lines)), environment: native });
}

function loginLines(container: Container | undefined): readonly string[] {
  const credentials = container?.credentials;
  if (container === undefined || credentials === undefined) return [];
  const [first = ""] = container.image.split("/");
  const registry = /[.:]/.test(first) ? ` ${shellQuoted(first)}` : "";
  return [
    `printf '%s' "$${credentials.passwordSecret}" | docker login --username ${shellQuoted(credentials.username)} --password-stdin${registry}`,
  ];
}

function dockerRun({ id, container, env, ports, command, health }: Service): string {
  const [program, ...before] = container?.entrypoint ?? [];
  const words = [
    "docker run --detach --name",
    shellQuoted(id),
    ...ports.map((port) => `--publish ${port.host || port.container}:${port.container}`),
    ...env.map(({ name }) => `--env ${name}`),
    ...(container?.user ? [`--user ${shellQuoted(container.user)}`] : []),
    ...(program === undefined ? [] : [`--entrypoint ${shellQuoted(program)}`]),
    ...healthWords(health),
    shellQuoted(container?.image ?? ""),
    ...[...before, ...command].map(shellQuoted),
  ];
  return words.join(" ");
}

function healthWords(health: Health | undefined): readonly string[] {
  if (health === undefined) return [];
  return [
    `--health-cmd ${shellQuoted(health.command)}`,
    ...healthOption("interval", health.intervalSeconds),
    ...healthOption("timeout", health.timeoutSeconds),
    ...healthOption("start-period", health.startPeriodSeconds),
    ...(health.retries === 0 ? [] : [`--health-retries ${health.retries}`]),
  ];
}

function healthOption(name: string, count: number): readonly string[] {
  return count === 0 ? [] : [`--health-${name} ${count}s`];
}

function healthyLines(id: string, seconds: number): string {
  const inspect = `docker inspect --format '{{ .State.Health.Status }}' ${shellQuoted(id)}`;
  return `tries=${seconds}
until [ "$(${inspect})" = healthy ]; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then docker logs ${shellQuoted(id)} >&2; exit 1; fi
  sleep 1
done`;
}
