import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, hexOf, readTextIfPresent, writeJson } from "@slipway/signature/basics";
import { isRunning } from "@slipway/signature/process-group";
import type { Outcome, Result } from "@slipway/signature";
import { renderFailure } from "@slipway/report";
import type { Failure } from "@slipway/report";
import { z } from "zod";
import { runFolderOf, runFolderVariable } from "./run-place.ts";

/** The question that `load` asks, answered before the tasks for the whole command. */
export const imagesQuestion = "engine images";

export type World = "engine" | "registry" | "ao-network";

const OutcomeRecord = z.object({
  task: z.string(),
  state: z.enum(["done", "unchanged", "failed"]),
  cause: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The words of a failure. */
  text: z.string().optional(),
});
export type OutcomeRecord = z.output<typeof OutcomeRecord>;

const Asked = z.object({ world: z.string(), question: z.string(), task: z.string() });
export type Asked = z.output<typeof Asked>;

/** The file of one task in a part of a run's folder, whatever is in its id: two tasks never share one. */
export function taskFile(folder: string, part: "plan" | "outcomes" | "inputs", id: string): string {
  const name = encodeURIComponent(id);
  const short = name.length <= 200 ? name : `${name.slice(0, 100)}-${hexOf(digestOf(id))}`;
  return path.join(folder, part, `${short}.json`);
}

/** The folder of the Nx command this process belongs to; a task started by hand gets one of its own. */
export function runFolder(workspaceRoot: string): string {
  return process.env[runFolderVariable] ?? runFolderOf(workspaceRoot, `pid-${process.pid}`);
}

export async function recordOutcome(
  folder: string,
  task: string,
  result: Result<Outcome, Failure>,
): Promise<void> {
  const record: OutcomeRecord = result.ok
    ? { task, ...result.value, facts: { ...result.value.facts } }
    : {
        task,
        state: "failed",
        cause: result.failure.reason,
        facts: {},
        text: renderFailure(result.failure),
      };
  await writeJson(taskFile(folder, "outcomes", task), record);
}

export async function readOutcomes(folder: string): Promise<ReadonlyMap<string, OutcomeRecord>> {
  const found = path.join(folder, "outcomes");
  const names = await readdir(found).catch((): string[] => []);
  const records = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name) =>
        OutcomeRecord.parse(JSON.parse(await readFile(path.join(found, name), "utf8"))),
      ),
  );
  return new Map(records.map((record) => [record.task, record]));
}

function runningFolder(folder: string): string {
  return path.join(folder, "running");
}

/** A task is at work in this process, until it has taken away what it leaves undone. */
export function noteRunning(folder: string, task: string): Disposable {
  const file = path.join(runningFolder(folder), String(process.pid));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, task);
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

/** The tasks that are at work now; not those whose process was killed. */
export async function readRunning(folder: string): Promise<readonly string[]> {
  const found = runningFolder(folder);
  const pids = await readdir(found).catch((): string[] => []);
  const tasks = await Promise.all(
    pids
      .filter((pid) => isRunning(Number(pid)))
      .map(async (pid) => readTextIfPresent(path.join(found, pid))),
  );
  return tasks.filter((task) => task !== undefined);
}

/** Notes a request to the outside world. One line, appended in one write: tasks run side by side. */
export function noteAsked(folder: string, asked: Asked): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(path.join(folder, "asked.ndjson"), `${JSON.stringify(asked)}\n`);
}

export async function readAsked(folder: string): Promise<readonly Asked[]> {
  const text = (await readTextIfPresent(path.join(folder, "asked.ndjson"))) ?? "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Asked.parse(JSON.parse(line)));
}

const Answered = z.object({ askedAtMs: z.number() });

/** How long an answer stands: the world may change while long tasks run. */
const freshMs = 30_000;

/**
 * The answer to a question that is asked once per Nx command, whichever task comes first; once more when the answer has
 * become old. JSON values only.
 */
export async function askOnce<Value>(
  folder: string,
  question: string,
  ask: () => Promise<Value>,
): Promise<Value> {
  const file = path.join(folder, "answers", `${hexOf(digestOf(question)).slice(0, 32)}.json`);
  const known = await readTextIfPresent(file);
  if (known !== undefined && isFresh(known)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written below, in this command, by this code
    return (JSON.parse(known) as { readonly answer: Value }).answer;
  }
  const answer = await ask();
  await writeJson(file, { question, askedAtMs: Date.now(), answer });
  return answer;
}

function isFresh(known: string): boolean {
  const { askedAtMs } = Answered.parse(JSON.parse(known));
  return Date.now() - askedAtMs < freshMs;
}
