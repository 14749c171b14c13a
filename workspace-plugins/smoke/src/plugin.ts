import { readFileSync } from "node:fs";
import path from "node:path";
import type { CreateNodes, TargetConfiguration } from "@nx/devkit";
import { parseYaml } from "@slipway/definitions";
import {
  agentDefinition,
  agentSource,
  baseDefinition,
  baseSource,
  loadSource,
} from "@slipway/images/inputs";
import { executorSource, ownDeclarations, ownFact, pathMatcher } from "@slipway/signature";
import type { DefinitionInput } from "@slipway/signature";
import { z } from "zod";

/** What shapes a transcript's bytes beside our own code. */
const transcriptPackages = [
  "@sigstore/bundle",
  "@sigstore/core",
  "@sigstore/sign",
  "@sigstore/verify",
  "tar-stream",
  "yaml",
  "zod",
];

const libraries = ["smoke", "images", "registry", "definitions", "signature"];

/** All three kinds of file in one call, since a smoke depends on the image project that it names. */
export const createNodes: CreateNodes = [
  "**/{smoke,agent,base}.yml",
  async (files, _options, { workspaceRoot }) => {
    const own = files.filter((file) => !/(^|\/)(dist|node_modules)\//.test(file)).toSorted();
    const images = imagesIn(own.filter((file) => !isSmoke(file)));
    return own.filter(isSmoke).map((file) => {
      const root = path.posix.dirname(file);
      const text = readFileSync(path.join(workspaceRoot, file), "utf8");
      const targets = smokeTargets(nameOf(file), definitionOf(file, text), images);
      return [
        file,
        { projects: { [root]: { name: nameOf(file), root, tags: ["slipway"], targets } } },
      ];
    });
  },
];

type Image = {
  readonly root: string;
  readonly source: readonly string[];
  readonly definitions: readonly DefinitionInput[];
};

/** By project name. An agent may stand on any base of the workspace. */
function imagesIn(files: readonly string[]): ReadonlyMap<string, Image> {
  const baseRoots = files.filter(isBase).map((file) => path.posix.dirname(file));
  return new Map(
    files.map((file) => {
      const root = path.posix.dirname(file);
      const source = isBase(file) ? baseSource(root) : agentSource(root, baseRoots);
      const definitions = isBase(file)
        ? [baseDefinition(root)]
        : [agentDefinition(root), ...baseRoots.map(baseDefinition)];
      return [nameOf(file), { root, source: loadSource(source), definitions }];
    }),
  );
}

function isBase(file: string): boolean {
  return path.posix.basename(file).startsWith("base.");
}

function isSmoke(file: string): boolean {
  return path.posix.basename(file) === "smoke.yml";
}

function nameOf(file: string): string {
  return path.posix.basename(path.posix.dirname(file));
}

/** What the graph needs of a definition. */
const Named = z.object({
  image: z.string().catch(""),
  inputs: z.array(z.string()).catch([]),
});

/**
 * A broken definition keeps its targets, and what of it can be read: the smoke itself says what is wrong, and its
 * signature differs by the definition alone. `undefined`: it is no YAML at all.
 */
function definitionOf(file: string, text: string): z.output<typeof Named> | undefined {
  const parsed = parseYaml(file, text, Named);
  return parsed.ok ? parsed.value : undefined;
}

function smokeTargets(
  name: string,
  definition: z.output<typeof Named> | undefined,
  images: ReadonlyMap<string, Image>,
): Record<string, TargetConfiguration> {
  const image = definition?.image ?? "";
  const found = images.get(image);
  const options = { imageRoot: found?.root ?? "." };
  const files = [
    "{projectRoot}/smoke.yml",
    ...(definition === undefined ? ["{projectRoot}/**/*"] : definition.inputs).map(inProject),
    "!{projectRoot}/dist/**/*",
    ...executorSource("smoke", libraries),
  ];
  const own = definitionInputs(definition?.inputs);
  return {
    smoke: {
      executor: "@slipway/executors:smoke",
      options,
      cache: true,
      dependsOn: found === undefined ? [] : [{ projects: [image], target: "load" }],
      inputs: [
        ...files,
        { env: ownFact(name, "smoke") },
        { externalDependencies: transcriptPackages },
        { dependentTasksOutputFiles: "**/receipt.json", transitive: true },
      ],
      outputs: ["{projectRoot}/dist/smoke"],
      metadata: {
        description: `Runs ${name} twice, sealed, and signs what came of it`,
        ...ownDeclarations(own),
      },
    },
    "verify-boot": {
      executor: "@slipway/executors:verify-boot",
      options,
      cache: false,
      dependsOn: ["smoke"],
      inputs: [...files, ...(found?.source ?? []), ...executorSource("verify-boot", libraries)],
      metadata: {
        description: `Checks the transcript of ${name} against the disk, with no engine`,
        ...ownDeclarations([...own, ...(found?.definitions ?? [])]),
      },
    },
  };
}

/** `smoke.yml` counts by its meaning, unless it is a file of the sealed run itself or cannot be read. */
function definitionInputs(inputs: readonly string[] | undefined): readonly DefinitionInput[] {
  if (inputs === undefined || pathMatcher(inputs)("smoke.yml")) return [];
  return [{ file: "{projectRoot}/smoke.yml", excludeFields: [] }];
}

function inProject(pattern: string): string {
  if (pattern.startsWith("{projectRoot}/")) return pattern;
  return pattern.startsWith("!")
    ? `!{projectRoot}/${pattern.slice(1)}`
    : `{projectRoot}/${pattern}`;
}
