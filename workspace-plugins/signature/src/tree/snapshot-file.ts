import { closeSync, constants, fstatSync, openSync, readSync } from "../file-system.ts";
import { codeOf } from "./look.ts";
import {
  checkedFromByte,
  checksumOf,
  hasPlaces,
  hasSections,
  setChecksum,
  viewSnapshot,
} from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** Not imported: the module that `import` makes takes as long again. The loop in JavaScript takes longer than both. */
const { crc32 } = process.getBuiltinModule("node:zlib");

/** `undefined`: there is none, or it is damaged or of another version. What is not whole is not believed in parts. */
export function readSnapshot(file: string): Snapshot | undefined {
  const buffer = readShared(file);
  if (buffer === undefined || !hasSections(buffer)) return undefined;
  const snapshot = viewSnapshot(buffer);
  if (checksumOf(snapshot) !== crc32(checkedBytes(snapshot))) return undefined;
  return hasPlaces(snapshot) ? snapshot : undefined;
}

/** Readers see the old bytes or the new ones; of writers at the same time the last one stays. */
export async function writeSnapshot(file: string, snapshot: Snapshot): Promise<void> {
  setChecksum(snapshot, crc32(checkedBytes(snapshot)));
  const { writeFileAtomically } = await import("../files.ts");
  await writeFileAtomically(file, new Uint8Array(snapshot.buffer), { isDurable: false });
}

function checkedBytes({ buffer }: Snapshot): Uint8Array {
  return new Uint8Array(buffer, checkedFromByte);
}

function readShared(file: string): SharedArrayBuffer | undefined {
  let opened: number | undefined;
  try {
    // A pipe in its place would be waited for.
    opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = new SharedArrayBuffer(fstatSync(opened).size);
    let filled = 0;
    while (filled < buffer.byteLength) {
      const read = readSync(opened, new Uint8Array(buffer, filled));
      if (read === 0) return undefined;
      filled += read;
    }
    return buffer;
  } catch (error) {
    codeOf(error);
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}
