import type { Dirent } from "node:fs";
import path from "node:path";
import { digestOf, isDigest, parseDigest } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { readdirSync, statSync } from "./file-system.ts";
import { takeLock } from "./lock.ts";
import { hasCode, readTextIfPresent } from "./read-text.ts";
import { readRecordOwner } from "./record-file.ts";

/** The signature of each target's last success by its id. */
export type Successes = ReadonlyMap<string, Digest>;

const indexName = "index.json";
const askEveryMs = 10;

/** What the index says; where it is lost or damaged, what the newest record of each target says. */
export async function readSuccesses(folder: string): Promise<Successes> {
  const text = await readTextIfPresent(path.join(folder, indexName));
  return (text === undefined ? undefined : parseIndex(text)) ?? successesOnRecord(folder);
}

/** Two commands that end together wait for each other, so that the index has the successes of both. */
export async function recordSuccesses(folder: string, successes: Successes): Promise<void> {
  using _turn = await waitForTurn(path.join(folder, "index.lock"));
  const known = await readSuccesses(folder);
  const isNews = [...successes].some(([id, signature]) => known.get(id) !== signature);
  const file = path.join(folder, indexName);
  if (!isNews && (await readTextIfPresent(file)) !== undefined) return;
  // Loaded here: who explains writes nothing.
  const { writeFileAtomically } = await import("./files.ts");
  await writeFileAtomically(file, renderIndex(new Map([...known, ...successes])), {
    isDurable: false,
  });
}

/** Two lines: the digest of the second, and the signatures. */
function renderIndex(successes: Successes): string {
  const body = JSON.stringify(Object.fromEntries(successes));
  return `${digestOf(body)}\n${body}\n`;
}

function parseIndex(text: string): Successes | undefined {
  const [digest, body = ""] = text.split("\n");
  if (digestOf(body) !== digest) return undefined;
  const json: unknown = JSON.parse(body);
  if (typeof json !== "object" || json === null) return undefined;
  return new Map(
    Object.entries(json).filter(
      (entry): entry is [string, Digest] => typeof entry[1] === "string" && isDigest(entry[1]),
    ),
  );
}

async function waitForTurn(file: string): Promise<Disposable> {
  for (;;) {
    const lock = takeLock(file);
    if (lock !== undefined) return lock;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

/** By the newest record of each target: recording one again makes it the newest. */
function successesOnRecord(folder: string): Successes {
  const newest = entriesOf(folder)
    .filter((one) => one.isDirectory())
    .map(({ name }) => newestIn(path.join(folder, name)));
  return new Map(newest.flatMap((one) => (one === undefined ? [] : [one])));
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}

function newestIn(folder: string): readonly [id: string, signature: Digest] | undefined {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const aged = names.map((name) => ({ name, atMs: statSync(path.join(folder, name)).mtimeMs }));
  const [newest] = aged.toSorted((a, b) => b.atMs - a.atMs);
  if (newest === undefined) return undefined;
  const signature = parseDigest(`sha256:${path.basename(newest.name, ".json")}`);
  const id = readRecordOwner(path.join(folder, newest.name));
  return signature === undefined || id === undefined ? undefined : [id, signature];
}
