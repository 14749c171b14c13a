import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFakeEngine } from "../test/fake-engine.ts";
import type { FakeAnswer } from "../test/fake-engine.ts";
import type { Engine } from "./engine-port.ts";

const signal = new AbortController().signal;
const full = "write /var/lib/docker/tmp/x: no space left on device";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-faults-"));
});
afterEach(async () => rm(folder, { recursive: true }));

type Operation = "build" | "load" | "pull" | "save" | "tag" | "run";

/** Every request whose answer can go wrong in the middle, and where it is sent. */
const requests: Readonly<Record<Operation, string>> = {
  build: "POST /build",
  load: "POST /images/load",
  pull: "POST /images/create",
  save: "GET /images/slipway/x:1/get",
  tag: `POST /images/${digestOf("x")}/tag`,
  run: "POST /containers/create",
};

function ask(engine: Engine, operation: Operation) {
  const bounds = { signal, timeoutMs: 20_000 };
  switch (operation) {
    case "build":
      return engine.build({
        ...bounds,
        context: Readable.from([Buffer.alloc(1024)]),
        dockerfile: "Dockerfile",
        buildArgs: {},
        labels: {},
        logFile: path.join(folder, "build.log"),
      });
    case "load":
      return engine.load(Readable.from([Buffer.alloc(1024)]), signal);
    case "pull":
      return engine.pull("slipway/x:1", { ...bounds, progress: () => undefined });
    case "save":
      return engine.save("slipway/x:1", signal);
    case "tag":
      return engine.tag(digestOf("x"), "slipway/x", "1");
    case "run":
      return engine.run(
        {
          image: digestOf("image"),
          command: ["x"],
          environment: {},
          network: "none",
          readOnlyRoot: false,
          dropCapabilities: [],
          noNewPrivileges: false,
          temporaryFolders: {},
          mounts: [],
          labels: {},
        },
        { ...bounds, stdout: () => undefined, stderr: () => undefined },
      );
  }
}

async function failureOf(operation: Operation, answer: FakeAnswer) {
  await using fake = await openFakeEngine({ [requests[operation]]: answer });
  const answered = await ask(fake.engine, operation);
  return answered.ok ? "ok" : answered.failure;
}

const says =
  (status: number, body: unknown): FakeAnswer =>
  (response) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(`${JSON.stringify(body)}\n`);
  };

/** The beginning of an answer, and then what `next` does. */
const begins =
  (next: (response: ServerResponse) => void): FakeAnswer =>
  (response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.write('{"stream":"Step 1"}\n', () => next(response));
  };

const streamed = ["build", "load", "pull"] as const;

test.each(streamed)(
  "%s: an error inside of a stream of status 200 is the engine's refusal",
  async (operation) => {
    const failure = await failureOf(
      operation,
      says(200, { errorDetail: { message: "no" }, error: "no" }),
    );
    expect(failure).toMatchObject(
      operation === "build"
        ? { reason: "build-failed", detail: "no", logFile: path.join(folder, "build.log") }
        : { reason: "engine-refused", operation, detail: "no", status: undefined },
    );
  },
);

test.each(streamed)(
  "%s: a full disk is told as such from inside of a stream",
  async (operation) => {
    const failure = await failureOf(operation, says(200, { error: full }));
    expect(failure).toMatchObject({ reason: "engine-disk-full", operation, detail: full });
  },
);

test.each(["build", "load", "pull", "save", "tag"] as const)(
  "%s: a full disk is told as such from status 500",
  async (operation) => {
    expect(await failureOf(operation, says(500, { message: full }))).toEqual({
      reason: "engine-disk-full",
      operation,
      detail: full,
    });
  },
);

test("run: a container that cannot be made on a full disk", async () => {
  expect(await failureOf("run", says(500, { message: full }))).toEqual({
    reason: "engine-disk-full",
    operation: "create",
    detail: full,
  });
});

test.each(streamed)("%s: a connection that breaks off is a lost engine", async (operation) => {
  const failure = await failureOf(
    operation,
    begins((response) => response.destroy()),
  );
  expect(failure).toMatchObject({ reason: "engine-lost", operation });
});

test.each(streamed)(
  "%s: an engine that falls silent is lost, whatever its time limit",
  async (operation) => {
    const silent = (): void => undefined;
    await using fake = await openFakeEngine({
      [requests[operation]]: begins(silent),
      "GET /_ping": silent,
    });
    const answered = await ask(fake.engine, operation);
    expect(answered).toEqual({
      ok: false,
      failure: { reason: "engine-lost", operation, detail: "no answer to a ping" },
    });
    // Asked by the clock, so it is none of the questions that the work costs.
    expect(fake.counted).not.toContain("ping");
  },
);

test("a build that is silent for long goes on while its engine answers", async () => {
  let pings = 0;
  const built = begins((response) => {
    const look = setInterval(() => {
      if (pings < 3) return;
      clearInterval(look);
      response.end(`${JSON.stringify({ aux: { ID: digestOf("built") } })}\n`);
    }, 10);
  });
  const ping = (response: ServerResponse): void => {
    pings += 1;
    response.end("OK");
  };
  await using fake = await openFakeEngine({ [requests.build]: built, "GET /_ping": ping });
  expect(await ask(fake.engine, "build")).toEqual({ ok: true, value: digestOf("built") });
});

test("save: who reads the archive sees that the engine fell silent", async () => {
  const silent = (): void => undefined;
  await using fake = await openFakeEngine({
    [requests.save]: begins(silent),
    "GET /_ping": silent,
  });
  const saved = await fake.engine.save("slipway/x:1", signal);
  if (!saved.ok) throw new Error(JSON.stringify(saved.failure));
  await expect(text(saved.value)).rejects.toThrow("no answer to a ping");
});

test("an answer that says neither an image nor an error is unclear, never a success", async () => {
  expect(await failureOf("build", says(200, { stream: "done" }))).toMatchObject({
    reason: "engine-unclear",
    operation: "build",
  });
  expect(await failureOf("load", says(200, { stream: "done" }))).toMatchObject({
    reason: "engine-refused",
    detail: "the archive holds no image",
  });
  expect(await failureOf("pull", (response) => void response.end("<html>"))).toMatchObject({
    reason: "engine-unclear",
    operation: "pull",
  });
});

test("a failed build tells the last lines that its steps wrote, and its log has all", async () => {
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  const failure = await failureOf("build", (response) => {
    for (const stream of lines) response.write(`${JSON.stringify({ stream })}\n`);
    response.end(`${JSON.stringify({ error: "exit code: 3" })}\n`);
  });
  expect(failure).toEqual({
    reason: "build-failed",
    detail: "exit code: 3",
    output: lines.slice(-7),
    logFile: path.join(folder, "build.log"),
  });
  const log = await readFile(path.join(folder, "build.log"), "utf8");
  expect(log.trimEnd().split("\n")).toEqual([...lines, "exit code: 3"]);
});
