import { mkdtempDisposable } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, ok, readTextIfPresent, takeLock, writeJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { expect, test } from "vitest";
import type { Live, Transaction } from "../network/network.ts";
import type { Rebuilding } from "./rebuild.ts";
import { rebuildRecord, writeRecovered } from "./recover.ts";
import type { EnvironmentRecord, HistoryEntry, ProcessRecord } from "./record.ts";

const digest = digestOf("any");
const hour = (at: number): number => Date.UTC(2026, 0, 1, at);

function entryOf(did: HistoryEntry["did"], process: string, at: number): HistoryEntry {
  return { at: new Date(hour(at)).toISOString(), did, process, spawnDigest: digest, by: "me" };
}

function recordOf(process: string, history: readonly HistoryEntry[]): ProcessRecord {
  return { state: "spawned", process, owner: "me", spawnDigest: digest, history: [...history] };
}

function spawnOf(id: string, at: number | undefined, spec: string = digest): Transaction {
  const named = { "Deploy-Process": "main", "Deploy-Spec": spec };
  const tags = Object.entries(named).map(([name, value]) => ({ name, value }));
  return { id, tags, recipient: "", at: at === undefined ? undefined : hour(at) };
}

const lives = (name: string): Live => (name === "gone" ? "gone" : "undeployed");

/** `main` and what else is recorded, with what a gateway lists, the newest first. */
async function rebuilt(
  listed: readonly Transaction[],
  processes: Readonly<Record<string, ProcessRecord>>,
) {
  const rebuilding: Rebuilding = {
    environment: { project: "project", deployTarget: "test" },
    archive: { keep: async () => undefined, find: async () => undefined },
    network: {
      owner: "me",
      itemsTagged: async ([first]): Promise<Result<readonly Transaction[], never>> =>
        ok(first?.name === "Type" ? listed : []),
      live: async (name) => ok(lives(name)),
      itemData: async () => ok(undefined),
    },
  };
  const found = await rebuildRecord(rebuilding, { main: {} }, { version: 2, processes });
  if (!found.ok) throw new Error(found.failure.reason);
  return found.value;
}

const fresh = recordOf("b", [entryOf("spawned", "a", 1), entryOf("spawned", "b", 2)]);

test.each([
  ["lists nothing yet", []],
  ["lists only the process before it", [spawnOf("a", 1)]],
])("a process that answers stays as it is recorded where the gateway %s", async (_, listed) => {
  expect(await rebuilt(listed, { main: fresh })).toEqual({
    record: { version: 2, processes: { main: fresh } },
    differences: [],
  });
});

test("one that is gone does not", async () => {
  const gone = recordOf("gone", [entryOf("spawned", "gone", 2)]);
  const { record } = await rebuilt([spawnOf("a", 1)], { main: gone });
  expect(record.processes["main"]?.process).toBe("a");
});

test("a process that ao.yml does not name any more is kept and named", async () => {
  const old = recordOf("o", [entryOf("spawned", "o", 1)]);
  expect(await rebuilt([], { old })).toEqual({
    record: { version: 2, processes: { old } },
    differences: [{ name: "old", about: "definition", recorded: "o", found: "kept" }],
  });
});

test.each<readonly [string, HistoryEntry["did"], readonly Transaction[], string]>([
  ["that was adopted again", "adopted", [spawnOf("b", 2), spawnOf("a", 1)], "a"],
  ["that was evaluated again", "evaluated", [spawnOf("b", 2), spawnOf("a", 1)], "a"],
  ["whatever the block of the other says", "adopted", [spawnOf("b", 9), spawnOf("a", 1)], "a"],
  ["whose other is in no block", "adopted", [spawnOf("b", undefined), spawnOf("a", 1)], "a"],
  ["unless another was made since", "adopted", [spawnOf("c", 4), spawnOf("a", 1)], "c"],
])("the record points at the process %s", async (_, did, listed, expected) => {
  const history = [entryOf("spawned", "a", 1), entryOf("spawned", "b", 2), entryOf(did, "a", 3)];
  const { record } = await rebuilt(listed, { main: recordOf("a", history) });
  expect(record.processes["main"]?.process).toBe(expected);
});

test("an item of this owner that no deployment has sent is left out", async () => {
  const { record } = await rebuilt([spawnOf("c", 3, "none"), spawnOf("a", 1)], {});
  expect(record.processes["main"]?.process).toBe("a");
});

test("what was recovered is not written over a record that is another by now", async () => {
  await using folder = await mkdtempDisposable(path.join(os.tmpdir(), "ao-recover-"));
  const recorded = (process: string): EnvironmentRecord => ({
    version: 2,
    processes: { main: recordOf(process, []) },
  });
  const file = "record.json";
  const lockFile = path.join(folder.path, "record.lock");
  const written = path.join(folder.path, file);
  const recovery = { file, lockFile, before: recorded("a"), record: recorded("b") };
  const write = () =>
    writeRecovered({ workspaceRoot: folder.path }, { ...recovery, differences: [] });
  await writeJson(written, recorded("c"));
  expect(await write()).toEqual({ ok: false, failure: { reason: "ao-record-moved", file } });
  expect(await readTextIfPresent(written)).toContain(`"c"`);
  await writeJson(written, recorded("a"));
  {
    using _lock = takeLock(lockFile);
    expect(await write()).toMatchObject({ failure: { reason: "ao-deploy-running" } });
  }
  expect(await write()).toEqual({ ok: true, value: undefined });
  expect(await readTextIfPresent(written)).toContain(`"b"`);
});
