import type { Container, Graph, Health, Service, Work } from "@slipway/pipeline-sdk/graph";
import { quoted } from "./expressions.ts";
import { compact } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { renderVariables } from "./variables.ts";

type Rendered = { readonly [key: string]: Plain };

/** The one that the steps of a job run in. */
export function renderContainer(container: Container): Rendered {
  return compact({ ...imageOf(container), options: userOption(container).join(" ") });
}

export function renderServices(graph: Graph, { services }: Work): Rendered {
  return Object.fromEntries(
    services.map((id) => {
      const service = graph.services.find((one) => one.id === id);
      if (service?.container === undefined) throw new Error(`internal: there is no service ${id}`);
      return [id, renderService(service, service.container)];
    }),
  );
}

function renderService({ env, ports, command, health }: Service, container: Container): Plain {
  // Docker takes one word for the entrypoint: the others come before those of the command.
  const [program, ...words] = container.entrypoint;
  const options = [
    ...userOption(container),
    ...(health === undefined ? [] : healthOptions(health)),
  ];
  return compact({
    ...imageOf(container),
    env: renderVariables(env),
    ports: ports.map((port) =>
      port.host === 0 ? String(port.container) : `${port.host}:${port.container}`,
    ),
    options: options.join(" "),
    entrypoint: program === undefined ? undefined : quoted(program),
    command: [...words, ...command].map(word).join(" "),
  });
}

function imageOf({ image, credentials }: Container) {
  return {
    image: quoted(image),
    credentials:
      credentials === undefined
        ? undefined
        : {
            username: quoted(credentials.username),
            password: `\${{ secrets.${credentials.passwordSecret} }}`,
          },
  };
}

function userOption({ user }: Container): readonly string[] {
  return user === "" ? [] : [`--user ${word(user)}`];
}

/** Of `docker create`. */
function healthOptions(health: Health): readonly string[] {
  return [
    ...(health.command === "" ? [] : [`--health-cmd ${word(health.command)}`]),
    ...seconds("interval", health.intervalSeconds),
    ...seconds("timeout", health.timeoutSeconds),
    ...seconds("start-period", health.startPeriodSeconds),
    ...(health.retries === 0 ? [] : [`--health-retries ${health.retries}`]),
  ];
}

function seconds(name: string, count: number): readonly string[] {
  return count === 0 ? [] : [`--health-${name} ${count}s`];
}

/** One word for the runner, which is of .NET: a backslash is one, but before a quote. */
function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  const inside = text
    .replaceAll(/(\\*)"/g, (_, slashes: string) => `${slashes}${slashes}\\"`)
    .replace(/\\+$/, "$&$&");
  return `"${quoted(inside)}"`;
}
