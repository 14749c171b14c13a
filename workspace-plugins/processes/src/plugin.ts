import { readFileSync } from "node:fs";
import path from "node:path";
import type {
  CreateNodes,
  ProjectConfiguration,
  TargetConfiguration,
  TargetDependencyConfig,
} from "@nx/devkit";
import { executorSource, ownDeclarations, ownFact } from "@slipway/signature";
import { parseDefinition } from "./definition.ts";
import type { Definition } from "./definition.ts";

/** The network that local targets are deployed to: another project's server, ready before we ask it. */
const networkServed: TargetDependencyConfig = {
  projects: ["@slipway/ao-network"],
  target: "serve",
  waitFor: "ready",
  // Its inputs are not ours: the receipt and the live digest say what there is to do.
  inputs: false,
};

/** It says what is deployed and where, and is no part of the bundle. */
const aoDefinition = { file: "{projectRoot}/ao.yml", excludeFields: [] };

const libraries = ["processes", "definitions", "signature"];

/** One project for each `ao.yml`. A broken file keeps its targets: their executors say what is wrong with it. */
export const createNodes: CreateNodes = [
  "**/ao.yml",
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = path.posix.dirname(file);
      const text = readFileSync(path.join(workspaceRoot, file), "utf8");
      const definition = parseDefinition(text, file);
      const name = path.posix.basename(path.resolve(workspaceRoot, root));
      const project = projectOf(root, name, definition.ok ? definition.value : undefined);
      return [file, { projects: { [root]: project } }] as const;
    }),
];

function projectOf(
  root: string,
  name: string,
  definition: Definition | undefined,
): ProjectConfiguration {
  return {
    root,
    name,
    tags: ["slipway"],
    targets: {
      "ao-bundle": bundleTarget(name),
      "ao-deploy": networkTarget("ao-deploy", definition),
      "ao-verify": networkTarget("ao-verify", definition),
    },
  };
}

function bundleInputs(): NonNullable<TargetConfiguration["inputs"]> {
  return [
    "{projectRoot}/ao.yml",
    "{projectRoot}/**/*.lua",
    "!{projectRoot}/dist/**/*",
    ...executorSource("ao-bundle", libraries),
    // They decide which requires are found and which definition is valid.
    { externalDependencies: ["luaparse", "yaml", "zod"] },
  ];
}

function bundleTarget(name: string): TargetConfiguration {
  return {
    executor: "@slipway/executors:ao-bundle",
    cache: true,
    inputs: [...bundleInputs(), { env: ownFact(name, "ao-bundle") }],
    outputs: ["{projectRoot}/dist/ao-bundle"],
    metadata: {
      description: "One Lua file with every module, and its receipt",
      ...ownDeclarations([aoDefinition]),
    },
  };
}

/** Asks the network every time: that it agreed yesterday proves nothing. */
function networkTarget(
  executor: "ao-deploy" | "ao-verify",
  definition: Definition | undefined,
): TargetConfiguration {
  const first = executor === "ao-deploy" ? "ao-bundle" : "ao-deploy";
  const targets = Object.entries(definition?.targets ?? {});
  const isLocal = targets.some(([, target]) => target.network === "local");
  const deployTarget = targets[0]?.[0] ?? "local";
  return {
    executor: `@slipway/executors:${executor}`,
    cache: false,
    dependsOn: isLocal ? [first, networkServed] : [first],
    inputs: [
      ...bundleInputs(),
      ...executorSource("ao-deploy", libraries),
      ...(executor === "ao-verify" ? executorSource("ao-verify", libraries) : []),
    ],
    options: { deployTarget },
    configurations: Object.fromEntries(targets.map(([each]) => [each, { deployTarget: each }])),
    metadata: {
      description:
        executor === "ao-deploy"
          ? "The bundle live in its AO process, proven by its digest"
          : "The live digest and the declared checks, read only",
      ...ownDeclarations([aoDefinition]),
    },
  };
}
