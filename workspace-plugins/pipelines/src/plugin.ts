import { readFileSync } from "node:fs";
import path from "node:path";
import type { CreateNodes, CreateNodesResult, TargetConfiguration } from "@nx/devkit";
import { executorSource } from "@slipway/signature/executor-source";
import { ownDeclarations } from "@slipway/signature/own-declarations";
import { ownFact, ownFactFile } from "@slipway/signature/own-fact";
import { outlineOf } from "./outline.ts";
import type { PipelineOutline } from "./outline.ts";

const pipelineFile = "cig.toml";

/** Files that can make their folder a project, for Nx or for ours: what lies in a project inside another is not the other's. */
const markers = [
  pipelineFile,
  "project.json",
  "package.json",
  "aigogo.json",
  "aigogo.lock",
  ...["base", "agent", "extension", "image-extended"].flatMap((kind) => [
    `${kind}.yml`,
    `${kind}.yaml`,
  ]),
  "ao.yml",
  "smoke.yml",
];

export const createNodes: CreateNodes = [
  `**/{${markers.join(",")}}`,
  (files, _options, { workspaceRoot }) => {
    const sources = files.filter((file) => !/(^|\/)(dist|node_modules)\//.test(file));
    const roots = new Set(sources.map((file) => path.posix.dirname(file)));
    return sources
      .filter((file) => path.posix.basename(file) === pipelineFile)
      .toSorted()
      .map((file) => node(workspaceRoot, file, roots));
  },
];

function node(
  workspaceRoot: string,
  file: string,
  roots: ReadonlySet<string>,
): readonly [string, CreateNodesResult] {
  const root = path.posix.dirname(file);
  const outline = outlineOf(readFileSync(path.join(workspaceRoot, file), "utf8"));
  // The folder of a checkout has any name: at the root the file itself says it.
  const name = root === "." ? (outline.name ?? "pipeline") : path.posix.basename(root);
  const place = hasProjectsInside(root, roots) ? placeInWorkspace : placerIn(root);
  const reads = (outline.reads ?? ["**/*"]).map(place);
  const targets = {
    signature: signatureTarget(name, reads),
    ...(outline.outputs.length === 0
      ? {}
      : { plan: planTarget(name, outline), render: renderTarget }),
  };
  return [file, { projects: { [root]: { name, root, tags: ["slipway"], targets } } }];
}

function hasProjectsInside(root: string, roots: ReadonlySet<string>): boolean {
  if (root === ".") return true;
  for (const other of roots) if (other.startsWith(`${root}/`)) return true;
  return false;
}

function placeInWorkspace(pattern: string): string {
  return `{workspaceRoot}/${pattern}`;
}

/** Nx finds the files of a project at once, and compares a pattern of the workspace with all files that there are. */
function placerIn(root: string): (pattern: string) => string {
  return (pattern) =>
    pattern.startsWith(`${root}/`)
      ? `{projectRoot}/${pattern.slice(root.length + 1)}`
      : placeInWorkspace(pattern);
}

/**
 * What the target writes is found before the tasks of a command, and its digest is what Nx keys it by. The files that jobs
 * read are declared beside it: `nx affected` looks at files.
 */
function signatureTarget(project: string, reads: readonly string[]): TargetConfiguration {
  return {
    executor: "@slipway/executors:signature",
    cache: true,
    inputs: [
      `{projectRoot}/${pipelineFile}`,
      "{projectRoot}/cig.lock",
      ...reads,
      ...executorSource("signature", ["pipelines", "signature"]),
      {
        fileset: `{workspaceRoot}/${ownFactFile(project, "signature")}`,
        includeIgnored: true,
      },
      { externalDependencies: [] },
    ],
    outputs: ["{projectRoot}/dist/signatures.json"],
    metadata: {
      description: "Writes the work signatures of the jobs and the other targets of the project",
      ...ownDeclarations([
        {
          file: `{projectRoot}/${pipelineFile}`,
          excludeFields: ["jobs.*.description", "outputs.*.description"],
        },
      ]),
    },
  };
}

const libraries = [
  "definitions",
  "pipelines",
  "pipeline-kit",
  "pipeline-sdk",
  "registry",
  "signature",
];

/** Plugins read whatever they like of the repository, but what is rendered: a file without any is all that there is to know. */
function planTarget(
  project: string,
  { outputs, asksPlugins }: PipelineOutline,
): TargetConfiguration {
  const rendered = outputs.map((file) => `!{workspaceRoot}/${file.replaceAll("{workflow}", "*")}`);
  return {
    executor: "@slipway/executors:plan",
    cache: true,
    inputs: [
      `{projectRoot}/${pipelineFile}`,
      "{projectRoot}/cig.lock",
      ...(asksPlugins ? ["{workspaceRoot}/**/*", ...rendered] : []),
      ...executorSource("plan", libraries),
      "{workspaceRoot}/workspace-plugins/pipeline-plugins/**/*",
      { externalDependencies: ["@bufbuild/protobuf", "semver", "smol-toml", "yaml", "zod"] },
      { env: ownFact(project, "plan") },
    ],
    outputs: ["{projectRoot}/dist/plan"],
    metadata: {
      description: "What the files of all CI systems have to say",
      ...ownDeclarations([
        { file: `{projectRoot}/${pipelineFile}`, excludeFields: ["jobs.*.description"] },
      ]),
    },
  };
}

/** The files are of the repository: what is there decides each time whether anything is to be done. */
const renderTarget: TargetConfiguration = {
  executor: "@slipway/executors:render",
  cache: false,
  dependsOn: ["plan"],
  configurations: { check: { check: true } },
  metadata: {
    description: "Writes the files of all CI systems, or with check says which are stale",
  },
};
