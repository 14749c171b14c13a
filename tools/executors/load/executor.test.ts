import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runFolderVariable } from "../session/run-place.ts";
import { loadBatch } from "./executor.ts";

const names = Array.from({ length: 100 }, (_, at) => `agent${at}`);
const referenceOf = (name: string): string => `slipway/${name}:debian`;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-load-"));
  for (const name of names) await writeReceipt(name);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

async function writeReceipt(name: string): Promise<void> {
  const folder = path.join(root, layoutOf(name));
  await mkdir(folder, { recursive: true });
  const receipt = {
    schema: 1,
    reference: referenceOf(name),
    imageId: digestOf(name),
    manifestDigest: digestOf(`manifest of ${name}`),
    platform: { os: "linux", architecture: "amd64" },
    diffIds: [],
    below: [],
    inputs: {},
  };
  await writeFile(path.join(folder, "receipt.json"), JSON.stringify(receipt));
}

function layoutOf(name: string): string {
  return path.posix.join(name, "dist", "image", "debian");
}

/** An engine that has every image, and notes what it is asked. */
async function openEngineDouble(): Promise<
  AsyncDisposable & { readonly asked: readonly string[] }
> {
  const asked: string[] = [];
  const images = names.map((name) => ({ Id: digestOf(name), RepoTags: [referenceOf(name)] }));
  const answers: Readonly<Record<string, unknown>> = {
    "/version": { Version: "20.10.24", Os: "linux", Arch: "amd64" },
    "/images/json": images,
  };
  const server = http.createServer((request, response) => {
    const place = request.url?.split("?")[0] ?? "";
    asked.push(`${request.method} ${place}`);
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answers[place] ?? {}));
  });
  const socket = path.join(root, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  return {
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a hundred images that the engine has cost one list of its images", async () => {
  await using engine = await openEngineDouble();
  vi.stubEnv(runFolderVariable, path.join(root, ".slipway", "runs", "one"));
  const tasks = names.map(
    (name) => [`${name}:load`, { target: { project: name, target: "load" } }] as const,
  );
  // What the executor reads of a graph and a context; the rest is Nx's own.
  const graph = { tasks: Object.fromEntries(tasks) } as unknown as TaskGraph;
  const context = {
    root,
    projectsConfigurations: { version: 2, projects: {} },
  } as unknown as ExecutorContext;
  const options = names.map((name) => [`${name}:load`, { layouts: [layoutOf(name)] }] as const);
  const ended = [];
  for await (const one of loadBatch(graph, Object.fromEntries(options), {}, context)) {
    ended.push(one.result.success);
  }
  expect(ended).toEqual(names.map(() => true));
  expect(engine.asked).toEqual(["GET /version", "GET /images/json"]);
});
