import path from "node:path";
import type { DefinitionFailure } from "@slipway/definitions";
import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { takeFirst } from "../builds/take-first.ts";
import { imagesLockName } from "../images-lock-name.ts";
import { emptyImagesLock, parseImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";
import type { LockFailure } from "./failure.ts";
import { formatImagesLock } from "./format-lock.ts";

export type LockPlace = {
  /** Holds `slipway.images.lock`. Absolute. */
  readonly folder: string;
  /** Keeps those apart who change it at one time. */
  readonly turnFile: string;
};

const turnMs = 10_000;

/**
 * Reads the lock, changes it and writes it, while nobody else of ours does: what others have locked since it was last
 * looked at stays in it. A lock that cannot be read is left alone, and one that stays the same is not written.
 */
export async function changeImagesLock(
  place: LockPlace,
  change: (lock: ImagesLock) => ImagesLock,
  signal: AbortSignal,
): Promise<Result<ImagesLock, DefinitionFailure | LockFailure>> {
  const file = path.join(place.folder, imagesLockName);
  const wait = { signal, timeoutMs: turnMs, onWait: () => undefined };
  const turn = await takeFirst([place.turnFile], wait);
  if (!turn.ok) return fail({ reason: "images-lock-busy", file });
  using _turn = turn.value;
  const text = await readTextIfPresent(file);
  const before = text === undefined ? ok(emptyImagesLock) : parseImagesLock(text);
  if (!before.ok) return before;
  const after = change(before.value);
  const written = formatImagesLock(after, text);
  if (written !== text && !isEmpty(after, text)) await writeFileAtomically(file, written);
  return ok(after);
}

/** A lock of nothing is no reason to begin a file. */
function isEmpty(lock: ImagesLock, text: string | undefined): boolean {
  const { agents, from_images, builder } = lock;
  const entries = Object.keys(agents).length + Object.keys(from_images).length;
  return text === undefined && entries === 0 && builder === undefined;
}
