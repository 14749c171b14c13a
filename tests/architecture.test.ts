import path from "node:path";
import { expect, test } from "vitest";
import {
  adaptersOf,
  domainEffects,
  fileCycles,
  forbiddenDirections,
  forbiddenStatements,
  foreignImporters,
  importedTests,
  layerOf,
  misdirectedImports,
  packageCycles,
  repeatedEffects,
  undeclaredImports,
  unusedDependencies,
} from "./architecture.ts";
import { readWorkspace } from "./import-graph.ts";

const workspace = readWorkspace(path.join(import.meta.dirname, ".."));

const kinds = ["packages", "images", "processes", "pipelines", "smoke"];
const libraries = [
  "signature",
  "aos",
  "registry",
  "definitions",
  "attestation",
  "pipeline-sdk",
  ...kinds,
];
const allowed = {
  signature: [],
  aos: ["signature"],
  registry: ["signature"],
  definitions: ["signature"],
  attestation: ["signature"],
  packages: ["registry", "definitions", "attestation", "signature"],
  images: ["registry", "definitions", "attestation", "signature"],
  processes: ["aos", "definitions", "attestation", "signature"],
  "pipeline-sdk": [],
  "pipeline-kit": ["pipeline-sdk"],
  "pipeline-plugins": ["pipeline-sdk", "pipeline-kit"],
  pipelines: ["pipeline-sdk", "registry", "definitions", "attestation", "signature"],
  smoke: ["images", "definitions", "attestation", "signature"],
  report: libraries,
  tools: ["tools", "report", "ao-network", ...libraries],
  "ao-network": ["aos", "signature"],
  root: [...libraries, "pipeline-kit", "pipeline-plugins"],
} as const;
const allowedInTests = { processes: ["ao-network"], root: ["ao-network"] } as const;

test("every package has its place in the table of directions", () => {
  expect([...new Set(workspace.packages.map(layerOf))].toSorted()).toEqual(
    Object.keys(allowed).toSorted(),
  );
});

test("imports between packages go in the allowed directions only", () => {
  expect(forbiddenDirections(workspace, allowed, allowedInTests)).toEqual([]);
});

test("nobody but tools imports report", () => {
  expect(foreignImporters(workspace, "report", ["tools"])).toEqual([]);
});

test("nobody but tools imports tools", () => {
  expect(foreignImporters(workspace, "tools", [])).toEqual([]);
});

test("the domain imports no value of Nx", () => {
  expect(domainEffects(workspace)).toEqual([]);
});

test("no code imports a test or its rig", () => {
  expect(importedTests(workspace)).toEqual([]);
});

test("every import is declared by its package", () => {
  expect(undeclaredImports(workspace)).toEqual([]);
});

test("every declared dependency is imported", () => {
  expect(unusedDependencies(workspace)).toEqual([]);
});

test("no files import each other in a ring", () => {
  expect(fileCycles(workspace)).toEqual([]);
});

test("no packages import each other in a ring", () => {
  expect(packageCycles(workspace)).toEqual([]);
});

test("one file of a package holds each effect library", () => {
  expect(repeatedEffects(workspace)).toEqual([]);
});

test("relative imports name a file of their own package with its extension", () => {
  expect(misdirectedImports(workspace)).toEqual([]);
});

test("no module has a let, changes its folder or writes to the console", () => {
  expect(forbiddenStatements(workspace)).toEqual([]);
});

test("these files and no others touch the world outside", () => {
  expect(adaptersOf(workspace)).toEqual([
    "workspace-plugins/aos/src/evaluation.ts: node:worker_threads",
    "workspace-plugins/aos/src/evaluator.ts: @permaweb/ao-loader",
    "workspace-plugins/aos/src/npm.ts: node:child_process",
    "workspace-plugins/attestation/src/envelope.ts: @sigstore/bundle, @sigstore/sign, @sigstore/verify",
    "workspace-plugins/attestation/src/key.ts: node:crypto",
    "workspace-plugins/images/src/archive.ts: tar-stream",
    "workspace-plugins/images/src/engine.ts: dockerode, node:http, node:https",
    "workspace-plugins/images/src/host-commands.ts: execa",
    "workspace-plugins/packages/src/layer.ts: tar-stream",
    "workspace-plugins/packages/src/process.ts: execa",
    "workspace-plugins/pipeline-sdk/src/grpc-server.ts: node:http2",
    "workspace-plugins/pipeline-sdk/src/wasm/wasm-methods.ts: node:worker_threads",
    "workspace-plugins/pipelines/src/modules/archive.ts: tar-stream",
    "workspace-plugins/pipelines/src/plugins/grpc-client.ts: node:http2",
    "workspace-plugins/pipelines/src/plugins/plugin-process.ts: node:child_process",
    "workspace-plugins/processes/src/network/signing.ts: node:crypto",
    "workspace-plugins/processes/src/release/npm-client.ts: execa",
    "workspace-plugins/processes/src/release/tarball.ts: tar-stream",
    "workspace-plugins/registry/src/process.ts: execa",
    "workspace-plugins/registry/src/server/port.ts: node:net",
    "workspace-plugins/registry/src/transport.ts: node:http, node:https",
    "workspace-plugins/signature/src/digest.ts: node:crypto",
    "workspace-plugins/signature/src/files.ts: write-file-atomic",
    "workspace-plugins/signature/src/hash-pool.ts: piscina",
    "workspace-plugins/signature/src/probe.ts: execa",
    "workspace-plugins/signature/src/program.ts: node:child_process",
    "workspace-plugins/signature/src/tree/crew.ts: node:worker_threads",
    "workspace-plugins/signature/src/watch/socket.ts: node:net",
    "workspace-plugins/smoke/src/archive.ts: tar-stream",
  ]);
});
