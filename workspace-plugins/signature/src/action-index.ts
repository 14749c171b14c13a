import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { digestOf, isDigest, parseDigest } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { readTextIfPresent, writeFileAtomically } from "./files.ts";
import { takeLock } from "./lock.ts";
import { readRecordOwner } from "./record-file.ts";

/** The signature of each target's last success by its id. */
export type Successes = ReadonlyMap<string, Digest>;

const indexName = "index.json";
const askEveryMs = 10;

/** What the index says; where it is lost or damaged, what the newest record of each target says. */
export async function readSuccesses(folder: string): Promise<Successes> {
  const text = await readTextIfPresent(path.join(folder, indexName));
  return (text === undefined ? undefined : parseIndex(text)) ?? (await successesOnRecord(folder));
}

/** Two commands that end together wait for each other, so that the index has the successes of both. */
export async function recordSuccesses(folder: string, successes: Successes): Promise<void> {
  using _turn = await waitForTurn(path.join(folder, "index.lock"));
  const known = await readSuccesses(folder);
  const isNews = [...successes].some(([id, signature]) => known.get(id) !== signature);
  const file = path.join(folder, indexName);
  if (!isNews && (await readTextIfPresent(file)) !== undefined) return;
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
    await pause(askEveryMs);
  }
}

/** By the newest record of each target: recording one again makes it the newest. */
async function successesOnRecord(folder: string): Promise<Successes> {
  const found = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const newest = await Promise.all(
    found.filter((one) => one.isDirectory()).map(({ name }) => newestIn(path.join(folder, name))),
  );
  return new Map(newest.flatMap((one) => (one === undefined ? [] : [one])));
}

async function newestIn(
  folder: string,
): Promise<readonly [id: string, signature: Digest] | undefined> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, atMs: (await stat(path.join(folder, name))).mtimeMs })),
  );
  const [newest] = aged.toSorted((a, b) => b.atMs - a.atMs);
  if (newest === undefined) return undefined;
  const signature = parseDigest(`sha256:${path.basename(newest.name, ".json")}`);
  const id = await readRecordOwner(path.join(folder, newest.name));
  return signature === undefined || id === undefined ? undefined : [id, signature];
}
