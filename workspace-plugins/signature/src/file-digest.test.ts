import { execFileSync } from "node:child_process";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import { digestOf } from "./digest.ts";
import { digestFile } from "./file-digest.ts";

/** Changes a file without pause, in a thread, until it is disposed of. */
async function keepChanging(file: string): Promise<AsyncDisposable> {
  const source = `
    const { utimesSync } = require("node:fs");
    const { parentPort, workerData } = require("node:worker_threads");
    for (let at = 1; ; at += 1) {
      utimesSync(workerData, at, at);
      if (at === 1) parentPort.postMessage("changing");
    }`;
  const worker = new Worker(source, { eval: true, workerData: file });
  await new Promise((resolve) => worker.once("message", resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}

test("a file that changes each time it is read is refused, and read when it rests", async () => {
  // Large, so that the writer gets its turn during each reading, also on a busy machine.
  const content = Buffer.alloc(64 * 1024 ** 2, "x");
  using rig = openRig();
  rig.write("a", content);
  {
    await using _changing = await keepChanging(path.join(rig.root, "a"));
    expect(digestFile(rig.root, "a")).toEqual({
      ok: false,
      failure: { reason: "file-keeps-changing", path: "a" },
    });
  }
  expect(digestFile(rig.root, "a")).toEqual({
    ok: true,
    value: {
      path: "a",
      digest: digestOf(content),
      sizeBytes: content.byteLength,
      isExecutable: false,
    },
  });
});

test("what has become a pipe is no empty file, and does not hold up the reader", () => {
  using rig = openRig();
  execFileSync("mkfifo", [path.join(rig.root, "pipe")]);
  expect(digestFile(rig.root, "pipe")).toEqual({
    ok: false,
    failure: { reason: "file-unreadable", path: "pipe", code: "not-a-file" },
  });
});
