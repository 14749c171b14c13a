import type { Container, Graph, Work } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { isImplicit } from "./checkout.ts";
import type { Stage } from "./model.ts";
import { blocksOf, isTable, merged, ownOf } from "./overrides.ts";
import type { Table } from "./overrides.ts";

/** Where a job runs: on what its runner says, in the container of its image. */
export function agentOf(graph: Graph, work: Work, own: Table): NonNullable<Stage["agent"]> {
  const asked = merged(runnerOf(graph, work.runner), isTable(own["agent"]) ? own["agent"] : {});
  const { container, services, checkout } = work;
  // What begins before the container begins on the machine.
  const isWhole = services.length === 0 && (checkout?.disabled === true || isImplicit(checkout));
  const agent = isWhole && container !== undefined ? inDocker(asked, container) : asked;
  return Object.keys(agent).length === 0 ? "any" : blocksOf(agent);
}

/** The settings of a runner that the file declares; any other name is a label. */
export function runnerOf(graph: Graph, id: string): Table {
  const runner = graph.runners.find((one) => one.id === id);
  if (runner === undefined) return id === "" ? {} : { label: id };
  return ownOf(runner.settings);
}

/** The machine is chosen by what a label or a node says; other agents have containers of their own. */
function inDocker(asked: Table, container: Container): Table {
  const { node, docker, ...rest } = asked;
  const machine = { ...rest, ...(isTable(node) ? node : {}) };
  const own = isTable(docker) ? docker["args"] : undefined;
  const args = [argsOf(container), typeof own === "string" ? own : ""]
    .filter((each) => each !== "")
    .join(" ");
  const { host, name } = referenceOf(container);
  return {
    docker: {
      image: name,
      ...machine,
      ...(isTable(docker) ? docker : {}),
      ...(args === "" ? {} : { args }),
      ...(container.credentials === undefined
        ? {}
        : {
            registryUrl: `https://${host}`,
            registryCredentialsId: container.credentials.passwordSecret,
          }),
    },
  };
}

/** Whether the settings of a runner leave room for a container of ours. */
export function canHoldContainer(asked: Table): boolean {
  return Object.keys(asked).every((key) =>
    ["label", "node", "docker", "customWorkspace"].includes(key),
  );
}

/** Of `docker run`. */
export function argsOf({ user, entrypoint }: Container): string {
  return [
    ...(user === "" ? [] : ["-u", user]),
    ...entrypoint.slice(0, 1).flatMap((program) => ["--entrypoint", program]),
  ]
    .map(shellQuoted)
    .join(" ");
}

const usualRegistry = "index.docker.io/v1/";

/** With a registry said beside it, Jenkins puts its host before the name by itself. */
export function referenceOf({ image, credentials }: Container): {
  readonly host: string;
  readonly name: string;
} {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const host = isHost ? first : usualRegistry;
  return { host, name: isHost && credentials !== undefined ? rest.join("/") : image };
}
