import { readFileSync } from "node:fs";
import path from "node:path";
import type {
  CreateNodes,
  ProjectConfiguration,
  TargetConfiguration,
  TargetDependencyConfig,
} from "@nx/devkit";
import { executorSource, projectSource } from "@slipway/signature/executor-source";
import { ownDeclarations } from "@slipway/signature/own-declarations";
import { ownFact } from "@slipway/signature/own-fact";
import { parseDefinition } from "./definition/definition.ts";
import type { Definition } from "./definition/definition.ts";
import { searchFolders } from "./definition/process.ts";
import { preflightOf } from "./definition/target.ts";
import { recordFile } from "./record/environment.ts";

/** The network that local targets are deployed to: another project's server, ready before we ask it. */
const networkServed: TargetDependencyConfig = {
  projects: ["@slipway/ao-network"],
  target: "ao-net",
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
      "ao-bundle": bundleTarget(name, definition),
      "ao-preflight": preflightTarget(name),
      "ao-ids": idsTarget(name, definition),
      "ao-deploy": networkTarget("ao-deploy", definition),
      "ao-verify": networkTarget("ao-verify", definition),
      ...releaseTargets(root, definition),
    },
  };
}

/** The Lua that a bundle can be made from: each source, and where its modules are looked for. */
function luaFiles(definition: Definition | undefined): readonly string[] {
  const processes = Object.values(definition?.processes ?? {});
  const folders = processes.flatMap(searchFolders).map((folder) => path.posix.join(folder));
  if (definition === undefined || folders.includes(".")) return ["{projectRoot}/**/*.lua"];
  const sources = processes.map(({ source }) => `{projectRoot}/${source}`);
  const modules = folders.map((folder) => `{projectRoot}/${folder.replace(/\/$/, "")}/**/*.lua`);
  return [...new Set([...sources, ...modules])].toSorted();
}

function bundleInputs(
  definition: Definition | undefined,
): NonNullable<TargetConfiguration["inputs"]> {
  return [
    "{projectRoot}/ao.yml",
    ...luaFiles(definition),
    "!{projectRoot}/dist/**/*",
    ...executorSource("ao-bundle", libraries),
    // They decide which requires are found and which definition is valid.
    { externalDependencies: ["ajv", "luaparse", "yaml", "zod"] },
  ];
}

function bundleTarget(name: string, definition: Definition | undefined): TargetConfiguration {
  return {
    executor: "@slipway/executors:ao-bundle",
    cache: true,
    inputs: [...bundleInputs(definition), { env: ownFact(name, "ao-bundle") }],
    outputs: ["{projectRoot}/dist/ao-bundle"],
    metadata: {
      description: "One Lua file with every module, and its receipt",
      ...ownDeclarations([aoDefinition]),
    },
  };
}

/** Keyed by the bundle, not by the Lua: the same code was tried before, however it came about. */
function preflightTarget(name: string): TargetConfiguration {
  return {
    executor: "@slipway/executors:ao-preflight",
    cache: true,
    dependsOn: ["ao-bundle"],
    inputs: [
      "{projectRoot}/ao.yml",
      ...executorSource("ao-preflight", ["aos", ...libraries]),
      // They run the module, whose digest is part of our own code, and decide which definition is valid.
      { externalDependencies: ["@permaweb/ao-loader", "ajv", "yaml", "zod"] },
      { env: ownFact(name, "ao-preflight") },
      { dependentTasksOutputFiles: "**/receipt.json" },
    ],
    outputs: ["{projectRoot}/dist/ao-preflight"],
    metadata: {
      description: "Each process run in the real aos module on this machine, with its checks",
      ...ownDeclarations([aoDefinition]),
    },
  };
}

/** Keyed by the records; who builds with the ids is keyed by `ids.json`, which other code leaves as it is. */
function idsTarget(name: string, definition: Definition | undefined): TargetConfiguration {
  const targets = Object.entries(definition?.targets ?? {});
  const local = targets.flatMap(([deployTarget, { network }]) =>
    network === "local"
      ? [recordFile({ projectRoot: "", project: name, deployTarget, isLocal: true })]
      : [],
  );
  return {
    executor: "@slipway/executors:ao-ids",
    cache: true,
    inputs: [
      "{projectRoot}/ao.yml",
      "{projectRoot}/deployments/*.json",
      // Git ignores them, and so does Nx. One that is not there says nothing.
      ...local.map((file) => ({ runtime: `cat "${file}" 2>/dev/null || true` })),
      ...executorSource("ao-ids", libraries),
      { externalDependencies: ["yaml", "zod"] },
      { env: ownFact(name, "ao-ids") },
    ],
    outputs: ["{projectRoot}/dist/ao-ids"],
    metadata: {
      description: "The ids of the deployed processes, as JSON and TypeScript",
      ...ownDeclarations([aoDefinition]),
    },
  };
}

/** Asks the network every time: that it agreed yesterday proves nothing. */
function networkTarget(
  executor: "ao-deploy" | "ao-verify",
  definition: Definition | undefined,
): TargetConfiguration {
  const targets = Object.entries(definition?.targets ?? {});
  const isLocal = targets.some(([, target]) => target.network === "local");
  // A target that wants none, or one on its live state, is not kept waiting where no other wants it.
  const isTried = targets.some(([, target]) => preflightOf(target) === "fresh");
  const deployed = isTried ? ["ao-bundle", "ao-preflight"] : ["ao-bundle"];
  const first = executor === "ao-deploy" ? deployed : ["ao-deploy"];
  const deployTarget = targets[0]?.[0] ?? "local";
  return {
    executor: `@slipway/executors:${executor}`,
    cache: false,
    dependsOn: isLocal ? [...first, networkServed] : first,
    inputs: [
      ...bundleInputs(definition),
      // A deployment is tried in the aos module first.
      ...executorSource("ao-deploy", ["aos", ...libraries]),
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

/** Where `ao.yml` has a release: asks npm's registry every time, and the network before it. */
function releaseTargets(
  root: string,
  definition: Definition | undefined,
): Readonly<Record<string, TargetConfiguration>> {
  if (definition?.release === undefined) return {};
  const { release, targets } = definition;
  const isLocal = targets[release.target]?.network === "local";
  const packages = release.packages
    .map(({ folder }) => path.posix.join(root, folder))
    // One outside of the workspace is refused by the executor, with words.
    .filter((folder) => !folder.startsWith(".."));
  const target: TargetConfiguration = {
    executor: "@slipway/executors:ao-release",
    cache: false,
    dependsOn: isLocal ? ["ao-bundle", networkServed] : ["ao-bundle"],
    inputs: [
      ...bundleInputs(definition),
      ...executorSource("ao-release", libraries),
      ...packages.flatMap(projectSource),
    ],
    metadata: {
      description: "The npm packages of the processes published, once these are verified",
      ...ownDeclarations([aoDefinition]),
    },
  };
  return { "ao-release": target };
}
