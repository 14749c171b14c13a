import type { Graph, Service, Work } from "@slipway/pipeline-sdk/graph";
import { overlaid, settingsOf } from "./overlay.ts";
import { quoted } from "./plain.ts";
import type { Table } from "./plain.ts";
import { renderBeside, renderContainer } from "./services.ts";

const executors = ["docker", "machine", "macos", "executor"] as const;

/** A machine as the hosted runners of others are: Docker is there, and no image of the file's own. */
const usualMachine = { image: "ubuntu-2404:current" };

export function executorOf(graph: Graph, work: Work): Table {
  const settings = runnerSettings(graph, work.runner);
  if (work.container !== undefined) {
    const beside = servicesOf(graph, work).map(renderBeside);
    return overlaid({ docker: [renderContainer(work.container), ...beside] }, settings);
  }
  if (executors.some((name) => settings[name] !== undefined)) return settings;
  const resource = settings["resource_class"];
  // One of a namespace is self-hosted, and its image is its own.
  const isOwn = typeof resource === "string" && resource.includes("/");
  return { machine: isOwn ? true : usualMachine, ...settings };
}

/** A name that the file does not declare is a resource class. */
export function runnerSettings(graph: Graph, id: string): Table {
  if (id === "") return {};
  const runner = graph.runners.find((one) => one.id === id);
  return runner === undefined ? { resource_class: quoted(id) } : settingsOf(runner.settings);
}

/** In the order of the job. */
export function servicesOf({ services }: Graph, work: Work): readonly Service[] {
  return work.services.flatMap((id) => services.filter((one) => one.id === id));
}
