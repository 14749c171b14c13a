import path from "node:path";
import { lstatSync, readFileSync } from "../file-system.ts";

/** What a watcher keeps in the folder that it watches; nobody else's. */
export function placeOf(root: string): {
  readonly folder: string;
  readonly lock: string;
  /** Says where the socket is: its path has at most 107 bytes, and a folder can lie deeper than that. */
  readonly address: string;
  readonly cookies: string;
  readonly tree: string;
} {
  const folder = path.join(root, ".slipway/watch");
  return {
    folder,
    lock: path.join(folder, "lock"),
    address: path.join(folder, "address"),
    cookies: path.join(folder, "cookies"),
    tree: path.join(folder, "tree.bin"),
  };
}

/** One text for one folder for as long as it exists; `undefined` where there is none. */
export function identityOf(root: string): string | undefined {
  const stat = lstatSync(root, { bigint: true, throwIfNoEntry: false });
  return stat?.isDirectory() === true ? `${stat.dev}:${stat.ino}` : undefined;
}

/** The socket that a watcher of this folder left word of, if it is one and belongs to this user. */
export function readAddress(root: string): string | undefined {
  try {
    const socket = readFileSync(placeOf(root).address, "utf8");
    const stat = lstatSync(socket);
    return stat.isSocket() && stat.uid === process.getuid?.() ? socket : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
