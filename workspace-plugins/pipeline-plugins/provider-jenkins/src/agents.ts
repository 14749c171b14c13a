import type { Container, Graph, Work } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { isImplicit } from "./checkout.ts";
import type { Stage } from "./model.ts";
import { blocksOf, isTable, merged, ownOf } from "./overrides.ts";
import type { Table } from "./overrides.ts";

/** Where a job runs: on what its runner says, in the container of its image. */
export function agentOf(graph: Graph, work: Work, own: Table): NonNullable<Stage["agent"]> {
  const asked = askedOf(graph, work, own);
  const { container } = work;
  if (container !== undefined && isWhole(work)) return blocksOf(inDocker(asked, container));
  const { docker } = asked;
  // A container that the file has for Jenkins alone; what it says about others is for jobs with an image.
  if (container === undefined && isTable(docker) && "image" in docker) {
    return blocksOf({ docker: { ...machineIn(asked), ...docker } });
  }
  const machine = machineIn(asked);
  const keys = Object.keys(machine);
  if (keys.length === 0) return "any";
  return blocksOf(keys.length === 1 ? machine : { node: machine });
}

/** Whether the container of a job is there from its begin: what begins before it does so on the machine. */
export function isWhole({ services, checkout }: Work): boolean {
  return services.length === 0 && (checkout?.disabled === true || isImplicit(checkout));
}

/** The settings of the runner, under those of the job. */
export function askedOf(graph: Graph, work: Work, own: Table): Table {
  return merged(runnerOf(graph, work.runner), isTable(own["agent"]) ? own["agent"] : {});
}

function machineIn(asked: Table): Table {
  const { node, docker: _docker, ...rest } = asked;
  return { ...rest, ...(isTable(node) ? node : {}) };
}

/** The settings of a runner that the file declares; any other name is a label. */
export function runnerOf(graph: Graph, id: string): Table {
  const runner = graph.runners.find((one) => one.id === id);
  if (runner === undefined) return id === "" ? {} : { label: id };
  return ownOf(runner.settings);
}

/** The machine is chosen by what a label or a node says; other agents have containers of their own. */
function inDocker(asked: Table, container: Container): Table {
  const docker = isTable(asked["docker"]) ? asked["docker"] : {};
  const args = argsOf(container, asked);
  const { host, name } = referenceOf(container);
  return {
    docker: {
      image: name,
      ...machineIn(asked),
      ...docker,
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

/** Of `docker run`: ours, then those of the file. */
export function argsOf({ user, entrypoint }: Container, asked: Table): string {
  const own = isTable(asked["docker"]) ? asked["docker"]["args"] : undefined;
  const ours = [
    ...(user === "" ? [] : ["-u", user]),
    ...entrypoint.slice(0, 1).flatMap((program) => ["--entrypoint", program]),
  ];
  return [...ours.map(shellQuoted), ...(typeof own === "string" ? [own] : [])].join(" ");
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
