import { readFileSync } from "node:fs";
import path from "node:path";
import type { CreateNodes, CreateNodesResult, TargetConfiguration } from "@nx/devkit";
import { parseYaml } from "@slipway/definitions";
import { ownDeclarations, ownFact } from "@slipway/signature";
import type { DefinitionInput } from "@slipway/signature";
import { AgentDefinition, BaseDefinition, basesFor } from "./definition.ts";
import type { BaseOnOffer } from "./definition.ts";
import {
  agentDefinition,
  agentFiles,
  agentSource,
  baseDefinition,
  baseFiles,
  baseSource,
  loadSource,
  rootfsLayout,
} from "./image-inputs.ts";

/** The engine's platform and version, set before the tasks of a command run. */
const engineFact = "SLIPWAY_ENGINE";
const builderPackages = ["dockerode", "tar-stream"];

const definitions = "**/{base,agent}.yml";

export const createNodes: CreateNodes = [
  definitions,
  async (files, _options, { workspaceRoot }) => {
    const own = files.filter((file) => !/(^|\/)(dist|node_modules)\//.test(file)).toSorted();
    const bases = own.filter((file) => isNamed(file, "base"));
    const offer = bases.map((file) => offerOf(workspaceRoot, file));
    return [
      ...bases.map((file) => node(file, baseTargets(file))),
      ...own
        .filter((file) => isNamed(file, "agent"))
        .map((file) => node(file, agentTargets(workspaceRoot, file, offer))),
    ];
  },
];

function isNamed(file: string, name: string): boolean {
  return path.posix.basename(file).startsWith(`${name}.`);
}

function node(
  file: string,
  targets: Record<string, TargetConfiguration>,
): readonly [string, CreateNodesResult] {
  const root = path.posix.dirname(file);
  return [file, { projects: { [root]: { name: nameOf(file), root, tags: ["slipway"], targets } } }];
}

function nameOf(file: string): string {
  return path.posix.basename(path.posix.dirname(file));
}

/** A broken definition keeps its place in the graph; its own target says what is wrong. */
function offerOf(workspaceRoot: string, file: string): BaseOnOffer & { readonly folder: string } {
  const text = readFileSync(path.join(workspaceRoot, file), "utf8");
  const base = parseYaml(file, text, BaseDefinition);
  return {
    name: nameOf(file),
    distro: base.ok ? base.value.base_image_distro : "",
    folder: path.posix.dirname(file),
  };
}

function baseTargets(file: string): Record<string, TargetConfiguration> {
  const name = nameOf(file);
  const root = path.posix.dirname(file);
  const source = baseSource(root);
  return {
    image: {
      executor: "@slipway/executors:image",
      options: { kind: "base", rootfs: rootfsLayout },
      cache: true,
      dependsOn: [
        { projects: ["rootfs"], target: "push" },
        // The build pulls from it, so it has to stay up after the push.
        { projects: ["registry"], target: "serve", waitFor: "ready", inputs: false },
      ],
      inputs: imageInputs(baseFiles(root), name),
      outputs: ["{projectRoot}/dist/image"],
      metadata: {
        description: `Builds the base ${name} as an OCI layout`,
        ...ownDeclarations([baseDefinition(root)]),
      },
    },
    load: loadTarget(`Makes the engine have the base ${name}`, source, {
      layouts: [`${root}/dist/image`],
      definitions: [baseDefinition(root)],
    }),
  };
}

function agentTargets(
  workspaceRoot: string,
  file: string,
  offer: readonly ReturnType<typeof offerOf>[],
): Record<string, TargetConfiguration> {
  const name = nameOf(file);
  const text = readFileSync(path.join(workspaceRoot, file), "utf8");
  const agent = parseYaml(file, text, AgentDefinition);
  // A broken file is taken to exclude nothing: what it builds on does not change by a slip of the pen.
  const bases = agent.ok ? basesFor(agent.value, offer) : offer;
  const names = bases.map((base) => base.name);
  const root = path.posix.dirname(file);
  const source = agentSource(
    root,
    bases.map((base) => base.folder),
  );
  return {
    image: {
      executor: "@slipway/executors:image",
      options: {
        kind: "agent",
        bases: bases.map((base) => ({ name: base.name, project: base.name, folder: base.folder })),
      },
      cache: true,
      // Nx warns of a dependency on no project.
      dependsOn: names.length === 0 ? [] : [{ projects: names, target: "image" }],
      inputs: imageInputs(agentFiles(root), name),
      outputs: ["{projectRoot}/dist/image"],
      metadata: {
        description: `Builds the agent ${name} on ${names.join(", ")} as OCI layouts`,
        ...ownDeclarations([agentDefinition(root)]),
      },
    },
    load: loadTarget(`Makes the engine have the images of ${name}`, source, {
      layouts: names.map((base) => `${root}/dist/image/${base}`),
      definitions: [agentDefinition(root), ...bases.map((base) => baseDefinition(base.folder))],
    }),
  };
}

type Inputs = NonNullable<TargetConfiguration["inputs"]>;

/**
 * What both kinds of image depend on: own files, engine, packages of the builder, and the receipts of what lies below,
 * by which `nx affected` finds them too.
 */
function imageInputs(files: readonly string[], name: string): Inputs {
  return [
    ...files,
    { env: ownFact(name, "image") },
    { env: engineFact },
    { externalDependencies: builderPackages },
    { dependentTasksOutputFiles: "**/receipt.json", transitive: true },
  ];
}

function loadTarget(
  description: string,
  source: readonly string[],
  from: { readonly layouts: readonly string[]; readonly definitions: readonly DefinitionInput[] },
): TargetConfiguration {
  return {
    executor: "@slipway/executors:load",
    options: { layouts: from.layouts },
    cache: false,
    dependsOn: ["image"],
    inputs: [...loadSource(source)],
    metadata: { description, ...ownDeclarations(from.definitions) },
  };
}
