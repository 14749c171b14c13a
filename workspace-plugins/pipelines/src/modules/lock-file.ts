import path from "node:path";

const lockName = "cig.lock";

/** Beside a `cig.toml`. */
export function lockFileOf(file: string): string {
  return path.posix.join(path.posix.dirname(file), lockName);
}
