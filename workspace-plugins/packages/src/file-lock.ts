import { closeSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { takeLock } from "@slipway/signature/basics";
import { hasCode } from "@slipway/signature/read-text";

/**
 * A lock that is there only while it is held, or was held by a process that was killed: the system frees it then, and
 * its file tells the next one that something may lie about. `undefined`: somebody else holds it.
 */
export function tryFileLock(file: string): Disposable | undefined {
  mkdirSync(path.dirname(file), { recursive: true });
  makeFile(file);
  const before = inodeOf(file);
  const held = lockOf(file);
  if (held === undefined) return undefined;
  // Whoever held it may have removed the file between our two looks: then we hold what nobody else will ask for.
  if (before === undefined || before !== inodeOf(file)) {
    held[Symbol.dispose]();
    return undefined;
  }
  return {
    [Symbol.dispose]: () => {
      rmSync(file, { force: true });
      held[Symbol.dispose]();
    },
  };
}

/** The file may be another user's, or on a full disk: told as the file system would, and not as the database does. */
function lockOf(file: string): Disposable | undefined {
  try {
    return takeLock(file);
  } catch (error) {
    const code = codeOfDatabase(error);
    if (code === undefined) throw error;
    throw Object.assign(new Error(`${code}: ${file}`, { cause: error }), { code });
  }
}

/** By SQLite's result codes, of which the low byte says what it is (sqlite.org/rescode.html). */
function codeOfDatabase(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  const codes: Readonly<Record<number, string>> = {
    8: "EACCES",
    10: "EIO",
    13: "ENOSPC",
    14: "EACCES",
  };
  return codes[Number(error.errcode) & 0xff];
}

/** Opened only where it is new: to close a file drops every lock that this process has on it (fcntl, POSIX). */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, "wx"));
  } catch (error) {
    if (!hasCode(error, ["EEXIST"])) throw error;
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}
