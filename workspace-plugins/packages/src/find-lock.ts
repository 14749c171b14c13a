import path from "node:path";
import { exists } from "@slipway/signature/basics";
import { lockName } from "./lock.ts";

/** The lock of a folder, or of the nearest one above it that has one; absolute. */
export async function findLock(folder: string): Promise<string | undefined> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const file = path.join(at, lockName);
    if (await exists(file)) return file;
    if (at === path.dirname(at)) return undefined;
  }
}
