import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fail, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { makeImage } from "./build.ts";
import type { BuildRequest, Engine } from "./engine-port.ts";

/** What an engine is asked to build, by one whose builds fail. */
async function requestOf(proxies: Readonly<Record<string, string>>) {
  const workspaceRoot = await mkdtemp(path.join(tmpdir(), "slipway-build-"));
  const asked: { request: BuildRequest; context: string }[] = [];
  const engine: Partial<Engine> = {
    build: async (request) => {
      asked.push({ request, context: await text(request.context) });
      const { logFile } = request;
      return fail({ reason: "build-failed", detail: "no", output: [], logFile });
    },
  };
  try {
    await makeImage(
      {
        workspaceRoot,
        workspace: "test",
        engine: engine as Engine,
        turns: { take: async (_image, work) => work() },
        access: { caBundle: undefined, npmRegistry: "http://localhost:4873/", proxies },
        builds: "always",
        signal: new AbortController().signal,
        progress: () => undefined,
      },
      {
        project: "x",
        reference: "slipway/x:1",
        subject: { kind: "agent", agent: "x", base: "1", on: "slipway/base:1" },
        layoutFolder: "dist",
        logName: "x",
        ingredients: {},
        prepare: async () =>
          ok({
            below: undefined,
            standsOn: "slipway/base:1",
            steps: [
              {
                members: [],
                dockerfile: "Dockerfile",
                baseArgument: "BASE_IMAGE",
                buildArgs: { AGENT_VERSION: "1" },
              },
            ],
            found: {},
            verify: async () => ok(undefined),
          }),
      },
    );
  } finally {
    await rm(workspaceRoot, { recursive: true });
  }
  return asked[0];
}

test("a build gets proxies as arguments, what its context holds has no password of one", async () => {
  const asked = await requestOf({
    HTTPS_PROXY: "http://ann:word@proxy.example:1",
    ALL_PROXY: "http://ann:word@proxy.example:2",
  });
  expect(asked?.request.buildArgs).toEqual({
    HTTPS_PROXY: "http://ann:word@proxy.example:1",
    AGENT_VERSION: "1",
    BASE_IMAGE: "slipway/base:1",
  });
  expect(asked?.context).toContain("export ALL_PROXY='http://proxy.example:2/'");
  expect(asked?.context).not.toContain("word");
});

test("a build may take what the engine remembers", async () => {
  expect((await requestOf({}))?.request.noCache ?? false).toBe(false);
});
