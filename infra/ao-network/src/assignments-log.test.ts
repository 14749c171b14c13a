import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { assign } from "./assignment.ts";
import type { Assignment } from "./assignment.ts";
import { openAssignmentsLog } from "./assignments-log.ts";
import type { LogEntry } from "./assignments-log.ts";
import { signItem } from "./item.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";
import { openUnitKey } from "./wallet.ts";

async function twoAssignments(folder: string): Promise<readonly [Assignment, Assignment]> {
  const key = await openUnitKey(path.join(folder, "key.json"));
  const item = (data: string) => signItem({ target: "", anchor: undefined, tags: [], data }, key);
  const spawn = await item("spawn");
  const place = { process: spawn.id, timestampMs: 1, blockHeight: 1 };
  const first = assign(spawn, { ...place, previous: undefined });
  return [first, assign(await item("message"), { ...place, previous: first })];
}

async function open(file: string) {
  const log = await openAssignmentsLog(file);
  if (!log.ok) throw new Error(JSON.stringify(log.failure));
  return log.value;
}

async function written(folder: string) {
  const file = path.join(folder, "log.jsonl");
  const [first, second] = await twoAssignments(folder);
  const entries: readonly LogEntry[] = [
    { kind: "assignment", assignment: first },
    { kind: "assignment", assignment: second },
    { kind: "pushed", message: first.item.id },
  ];
  await using log = await open(file);
  for (const entry of entries) await log.append(entry);
  return { file, entries };
}

test("entries are read back as they were written", async () => {
  await using folder = await openTemporaryFolder();
  const { file, entries } = await written(folder.path);
  await using again = await open(file);
  expect(again.entries).toEqual(entries);
});

test("a torn last line is cut off and writing goes on", async () => {
  await using folder = await openTemporaryFolder();
  const { file, entries } = await written(folder.path);
  const whole = await readFile(file, "utf8");
  await appendFile(file, '{"kind":"pushed","mess');
  {
    await using log = await open(file);
    expect(log.entries).toHaveLength(entries.length);
  }
  expect(await readFile(file, "utf8")).toBe(whole);
});

test.each([
  ["a line that is not JSON", (lines: string[]) => lines.with(1, "{")],
  ["a missing line", (lines: string[]) => lines.toSpliced(0, 1)],
  ["a line twice", (lines: string[]) => lines.toSpliced(0, 0, lines[0] ?? "")],
])("%s in the middle is refused with its number", async (_, damage) => {
  await using folder = await openTemporaryFolder();
  const { file } = await written(folder.path);
  await writeFile(file, damage((await readFile(file, "utf8")).split("\n")).join("\n"));
  expect(await openAssignmentsLog(file)).toEqual({
    ok: false,
    failure: { reason: "log-corrupt", file, line: expect.any(Number) as number },
  });
});
