import path from "node:path";
import { mkdirSync } from "./file-system.ts";

/**
 * Takes a lock for this process, or returns `undefined` while another has it. It is SQLite's lock on an empty
 * database: the system drops it with the process that holds it, however that ends.
 */
export function takeLock(file: string): Disposable | undefined {
  mkdirSync(path.dirname(file), { recursive: true });
  // Most who import this package never take a lock.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
}
