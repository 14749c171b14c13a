import { readFileSync } from "node:fs";
import path from "node:path";
import type { CreateNodes, CreateNodesResult, TargetConfiguration } from "@nx/devkit";
import { executorSource } from "@slipway/signature";
import { parsePipeline } from "./parse-pipeline.ts";

export const createNodes: CreateNodes = [
  "**/cig.toml",
  (files, _options, { workspaceRoot }) =>
    files
      .filter((file) => !/(^|\/)(dist|node_modules)\//.test(file))
      .toSorted()
      .map((file) => node(workspaceRoot, file)),
];

function node(workspaceRoot: string, file: string): readonly [string, CreateNodesResult] {
  const root = path.posix.dirname(file);
  const name = root === "." ? nameAtRoot(workspaceRoot, file) : path.posix.basename(root);
  const targets = { signature: signatureTarget() };
  return [file, { projects: { [root]: { name, root, tags: ["slipway"], targets } } }];
}

/** The folder of a checkout has any name: at the root the file itself says it. */
function nameAtRoot(workspaceRoot: string, file: string): string {
  const parsed = parsePipeline(file, readFileSync(path.join(workspaceRoot, file), "utf8"));
  return parsed.ok ? parsed.value.project.name : "pipeline";
}

/** Uncached: it costs less than a look into the cache, and any file of the fleet can change what it finds. */
function signatureTarget(): TargetConfiguration {
  return {
    executor: "@slipway/executors:signature",
    cache: false,
    inputs: [
      "{workspaceRoot}/**/*",
      ...executorSource("signature", ["pipelines", "signature"]),
      { externalDependencies: ["@bufbuild/protobuf", "picomatch", "smol-toml"] },
    ],
    outputs: ["{workspaceRoot}/dist/signatures.json"],
    metadata: { description: "Computes the work signature of every target of the fleet" },
  };
}
