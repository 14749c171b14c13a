import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runNx } from "./nx.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-nx-"));
});
afterEach(async () => rm(root, { recursive: true }));

/** A run of a script in the place of Nx, and what is told of it. */
async function run(script: string, line: (line: string) => void = () => {}, log = "logs/nx.log") {
  const nx = path.join(root, "node_modules/nx/dist/bin/nx.js");
  await mkdir(path.dirname(nx), { recursive: true });
  await writeFile(nx, script);
  const told: string[] = [];
  const { exitCode, wasStopped } = await runNx({
    workspaceRoot: root,
    nxArguments: [],
    logFile: path.join(root, log),
    line: (text) => {
      told.push(text);
      line(text);
    },
    progress: (text) => told.push(text),
    graceMs: 1,
  });
  return { exitCode, wasStopped, told };
}

/** What a task of another command, which is this process, leaves in the newest run. */
const otherRuns = [
  'const fs = require("node:fs");',
  'fs.mkdirSync(".slipway/runs/other/running", { recursive: true });',
  `fs.writeFileSync(".slipway/runs/other/running/${process.pid}", "codex:image");`,
].join("\n");

test("a closed terminal does not end the run before its tasks", async () => {
  const closed = () => {
    for (const stream of [process.stdout, process.stderr]) stream.emit("error", new Error("EIO"));
  };
  const expected = { exitCode: 0, wasStopped: false, told: ["one", "two"] };
  expect(await run('console.log("one\\ntwo")', closed)).toEqual(expected);
});

test("a log that cannot be written is told, and the run goes on", async () => {
  await mkdir(path.join(root, "log"));
  // More than a pipe holds: whoever does not read it to its end waits forever.
  const { exitCode, told } = await run('console.log("line\\n".repeat(99_999))', undefined, "log");
  expect([exitCode, told.filter((text) => text === "line").length]).toEqual([0, 99_999]);
  expect(told).toContainEqual(expect.stringMatching(/^the log is not whole: EISDIR/));
});

test("an Nx that hangs is ended by force after the first signal", async () => {
  const hangs = [
    'for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});',
    "setInterval(() => {}, 1000);",
    'console.log("ready");',
  ].join("\n");
  const stop = () => void process.emit("SIGHUP", "SIGHUP");
  expect(await run(hangs, stop)).toEqual({ exitCode: 129, wasStopped: true, told: ["ready"] });
});

test("a run that succeeded waits for nobody's tasks", async () => {
  expect(await run(otherRuns)).toEqual({ exitCode: 0, wasStopped: false, told: [] });
});
