import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, fail, ok, writeFileAtomically } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { probeEngine } from "./engine-facts.ts";

let folder: string;
let socket: string;
const asked: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-facts-"));
  socket = path.join(folder, "engine.sock");
  asked.length = 0;
});
afterEach(async () => rm(folder, { recursive: true }));

function probe(...targets: readonly string[]) {
  return probeEngine({
    workspaceRoot: folder,
    targets: new Set(targets),
    variables: { DOCKER_HOST: `unix://${socket}`, HOME: folder },
    counted: (question) => asked.push(question),
  });
}

/** An engine of this version that has one image. */
async function openFakeEngine(version: string): Promise<AsyncDisposable> {
  const answers: Readonly<Record<string, unknown>> = {
    "/version": { Version: version, Os: "linux", Arch: "arm64" },
    "/images/json": [
      { Id: digestOf("image"), RepoTags: ["slipway/a:b"], Labels: null, Created: 1_700_000_000 },
    ],
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split("?")[0] ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a command that needs no engine asks none", async () => {
  expect(await probe("pack", "push", "ao-verify")).toEqual({ facts: {}, images: undefined });
  expect(asked).toEqual([]);
});

test.each(["image", "image-debian", "load", "load-node.26", "smoke"])(
  "%s needs one",
  async (target) => {
    await using _engine = await openFakeEngine("28.5.1");
    expect((await probe(target)).facts).not.toEqual({});
  },
);

test("an engine gives its platform and version, without the patch, and its images", async () => {
  await using _engine = await openFakeEngine("28.5.1");
  const engine = "linux/arm64 engine 28.5";
  expect(await probe("load")).toEqual({
    facts: { SLIPWAY_ENGINE: engine },
    images: ok([
      {
        id: digestOf("image"),
        tags: ["slipway/a:b"],
        labels: {},
        createdAt: new Date(1_700_000_000_000),
      },
    ]),
  });
  expect(asked).toEqual(["version", "list images"]);
  expect(await readFile(path.join(folder, ".slipway/engine"), "utf8")).toBe(engine);
});

test("images that are only built cost one question", async () => {
  await using _engine = await openFakeEngine("28.5.1");
  expect((await probe("image", "image-debian", "smoke")).images).toBeUndefined();
  expect(asked).toEqual(["version"]);
});

test("without an engine the last one that answered is taken for it, and loads learn why", async () => {
  await writeFileAtomically(path.join(folder, ".slipway/engine"), "linux/amd64 engine 27.0");
  expect(await probe("image")).toEqual({
    facts: { SLIPWAY_ENGINE: "linux/amd64 engine 27.0" },
    images: fail({
      reason: "engine-absent",
      endpoint: `unix://${socket}`,
      detail: `connect ENOENT ${socket}`,
    }),
  });
});

test("an engine that never answered here is unknown, and nothing is remembered of it", async () => {
  expect((await probe("smoke")).facts).toEqual({ SLIPWAY_ENGINE: "unknown" });
  await expect(readFile(path.join(folder, ".slipway/engine"))).rejects.toThrow("ENOENT");
});
