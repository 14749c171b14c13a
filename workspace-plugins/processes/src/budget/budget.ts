import { mkdirSync } from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { paused } from "../paused.ts";
import { backOffMs, placeRequest, windowMs } from "./place-request.ts";
import type { Known } from "./place-request.ts";

/** How often units are asked for dry-runs, and that all leave one alone which refused one of them. */
export type Budget = {
  /** Waits until a unit may be asked once more. */
  readonly take: (unit: string, perMinute: number | undefined) => Promise<Result<void, Spent>>;
  /** A unit has refused (status 429), and perhaps said for how long. */
  readonly refused: (unit: string, retryAfterMs: number | undefined) => void;
};

/** `stopped`: by the signal. Else it is known at once that the turn would come too late. */
export type Spent = "stopped" | { readonly turnInMs: number; readonly limitMs: number };

/** What all runs of this machine share: units count by the address that asks. */
export function openBudget(
  folder: string,
  options: {
    readonly signal: AbortSignal;
    readonly progress: (line: string) => void;
    /** The longest wait for a turn. */
    readonly limitMs: number;
    readonly now?: () => number;
  },
): Budget {
  const { signal, progress, limitMs, now = Date.now } = options;
  const rows = openRows(path.join(folder, "budget.sqlite"), progress);
  return {
    take: async (unit, perMinute) => {
      const startedAt = now();
      for (;;) {
        const turn = takeTurn(rows, unit, { perMinute, now: now(), latest: startedAt + limitMs });
        const turnInMs = turn.at - now();
        if (!turn.isTaken) return fail({ turnInMs, limitMs });
        if (turnInMs <= 0) return ok(undefined);
        if (turnInMs > 1000) progress(waitingLine(unit, turnInMs, perMinute));
        if (!(await paused(turnInMs, signal))) return fail("stopped");
        // Somebody may have been refused meanwhile.
        if (readKnown(rows, unit, now()).closedUntil <= now()) return ok(undefined);
      }
    },
    refused: (unit, retryAfterMs) => closeUnit(rows, unit, now(), retryAfterMs),
  };
}

type Turn = { readonly isTaken: boolean; readonly at: number };

/** Its place is written down before it is waited for: whoever comes next stands behind it. */
function takeTurn(
  rows: Rows,
  unit: string,
  { perMinute, now, latest }: { perMinute: number | undefined; now: number; latest: number },
): Turn {
  return rows((database) => {
    const at = placeRequest(knownIn(database, unit, now), now, perMinute);
    if (at > latest) return { isTaken: false, at };
    if (perMinute !== undefined) {
      database.prepare("INSERT INTO placed VALUES (?, ?)").run(unit, at);
    }
    return { isTaken: true, at };
  });
}

function readKnown(rows: Rows, unit: string, now: number): Known {
  return rows((database) => knownIn(database, unit, now));
}

function closeUnit(rows: Rows, unit: string, now: number, retryAfterMs?: number): void {
  rows((database) => {
    const since = now - 2 * windowMs;
    const earlier = numbersOf(
      database.prepare("SELECT at FROM refused WHERE unit = ? AND at > ?").all(unit, since),
    ).length;
    const until = now + (retryAfterMs ?? backOffMs(earlier));
    database.prepare("INSERT INTO refused VALUES (?, ?, ?)").run(unit, now, until);
  });
}

type Database = DatabaseSync;

/** Rows of a clock that was put back would hold a unit for ever: what lies too far ahead is not believed. */
function knownIn(database: Database, unit: string, now: number): Known {
  database.prepare("DELETE FROM placed WHERE at <= ? OR at > ?").run(now - windowMs, now + day);
  database
    .prepare("DELETE FROM refused WHERE (at <= ? AND until <= ?) OR at > ?")
    .run(now - 2 * windowMs, now, now);
  const placed = numbersOf(database.prepare("SELECT at FROM placed WHERE unit = ?").all(unit));
  const closed = numbersOf(
    database.prepare("SELECT until AS at FROM refused WHERE unit = ?").all(unit),
  );
  return { placed, closedUntil: Math.max(0, ...closed) };
}

const day = 86_400_000;

function numbersOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly number[] {
  return rows.map(({ at }) => Number(at));
}

type Rows = <Value>(work: (database: Database) => Value) => Value;

/** Where the shared file cannot be used, a run counts for itself: it neither ends for that nor asks more often. */
function openRows(file: string, progress: (line: string) => void): Rows {
  let own: Database | undefined;
  return (work) => {
    if (own !== undefined) return work(own);
    try {
      return inFile(file, work);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      progress(`${file}: ${error.message}; what other runs ask of units is not counted`);
      own = openDatabase(":memory:");
      makeTables(own);
      return work(own);
    }
  };
}

/** One transaction; another process waits for its end. */
function inFile<Value>(file: string, work: (database: Database) => Value): Value {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = openDatabase(file);
  try {
    database.exec("PRAGMA synchronous=OFF; BEGIN IMMEDIATE");
    makeTables(database);
    const value = work(database);
    database.exec("COMMIT");
    return value;
  } finally {
    database.close();
  }
}

function openDatabase(file: string): Database {
  // Most who import this package never ask a unit.
  const sqlite = process.getBuiltinModule("node:sqlite");
  return new sqlite.DatabaseSync(file, { timeout: 10_000 });
}

function makeTables(database: Database): void {
  database.exec("CREATE TABLE IF NOT EXISTS placed (unit TEXT, at INTEGER)");
  database.exec("CREATE TABLE IF NOT EXISTS refused (unit TEXT, at INTEGER, until INTEGER)");
}

function waitingLine(unit: string, ms: number, perMinute: number | undefined): string {
  const why = perMinute === undefined ? "it asked for that" : `${perMinute} dry-runs a minute`;
  return `${unit}: waiting ${Math.ceil(ms / 1000)} s (${why})`;
}
