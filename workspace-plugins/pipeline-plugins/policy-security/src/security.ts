import type { Fault, Policy } from "@slipway/pipeline-kit/policy";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import { imageFaults, stepFaults } from "./pins.ts";
import { settings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { overrideFaults, permissionFaults } from "./permissions.ts";
import { keyFaults } from "./keys.ts";
import { commandFaults, secretFaults } from "./untrusted.ts";

type Rule = (graph: Graph, settings: Settings) => readonly Fault[];

const rules: readonly Rule[] = [
  permissionFaults,
  stepFaults,
  keyFaults,
  secretFaults,
  imageFaults,
  commandFaults,
  overrideFaults,
];

export const security: Policy<Settings> = {
  name: "security",
  settings,
  judge: (graph, chosen) => rules.flatMap((rule) => rule(graph, chosen)),
};
