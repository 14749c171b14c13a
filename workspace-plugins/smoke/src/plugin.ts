import { readFileSync } from "node:fs";
import path from "node:path";
import type { CreateNodes, TargetConfiguration } from "@nx/devkit";
import { parseYaml } from "@slipway/definitions";
import { imageFileNames, readImageGraph } from "@slipway/images/graph";
import type { GraphImage } from "@slipway/images/graph";
import { allDefinitions, loadSource } from "@slipway/images/inputs";
import { pathMatcher } from "@slipway/signature/basics";
import { executorSource } from "@slipway/signature/executor-source";
import { ownDeclarations } from "@slipway/signature/own-declarations";
import { ownFact } from "@slipway/signature/own-fact";
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

/** The files of images too, since a smoke depends on the image project that it names. */
export const createNodes: CreateNodes = [
  `**/{smoke.yml,${imageFileNames.join(",")}}`,
  async (files, _options, { workspaceRoot }) => {
    const own = files.filter((file) => !/(^|\/)(dist|node_modules)\//.test(file)).toSorted();
    const present = new Set(own);
    const read = (file: string): string | undefined =>
      present.has(file) ? readFileSync(path.join(workspaceRoot, file), "utf8") : undefined;
    const smokes = own.filter(isSmoke);
    const { images } = smokes.length === 0 ? { images: [] } : await readImageGraph(own, read);
    return smokes.map((file) => {
      const root = path.posix.dirname(file);
      const targets = smokeTargets(nameOf(file), definitionOf(file, read(file) ?? ""), images);
      return [
        file,
        { projects: { [root]: { name: nameOf(file), root, tags: ["slipway"], targets } } },
      ];
    });
  },
];

function isSmoke(file: string): boolean {
  return path.posix.basename(file) === "smoke.yml";
}

function nameOf(file: string): string {
  return path.posix.basename(path.posix.dirname(file));
}

/** What the graph needs of a definition. */
const Named = z.object({
  image: z.string().catch(""),
  base: z.string().optional().catch(undefined),
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
  images: readonly GraphImage[],
): Record<string, TargetConfiguration> {
  const named = images.filter(({ folder }) => folder.project === definition?.image);
  const chosen = named.filter(({ suffix }) => suffix === `-${definition?.base}`);
  // Of a base that it does not go on, the smoke itself says so: it needs all that there are for that.
  const used = chosen.length > 0 ? chosen : named;
  const [first] = named;
  const options = { imageRoot: first?.folder.root ?? "." };
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
      dependsOn: used.map(({ folder, suffix }) => ({
        projects: [folder.project],
        target: `load${suffix}`,
      })),
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
      inputs: [...files, ...used.flatMap(loadSource), ...executorSource("verify-boot", libraries)],
      metadata: {
        description: `Checks the transcript of ${name} against the disk, with no engine`,
        ...ownDeclarations([...own, ...used.flatMap(allDefinitions)]),
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
