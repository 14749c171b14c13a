import type { Digest } from "@slipway/signature";
import { z } from "zod";
import { findStoredImage } from "./stored-image.ts";
import type { StoredImage } from "./stored-image.ts";

export type StoreAccess = {
  /** Of another machine, and of an engine with a user of its own, nothing can be read here. */
  readonly isReadable: boolean;
  /** What the engine says of itself; `undefined` where it says nothing. */
  readonly askInfo: () => Promise<unknown>;
  readonly counted: (question: string) => void;
};

export type FindStored = (id: Digest, signal: AbortSignal) => Promise<StoredImage | undefined>;

/** An engine that keeps images otherwise has no such store. It is asked with the first image, and once. */
export function openStore({ isReadable, askInfo, counted }: StoreAccess): FindStored {
  const asked: { info?: Promise<unknown> } = {};
  return async (id, signal) => {
    const info = isReadable ? await (asked.info ??= askInfo()) : undefined;
    const storage = StorageInfo.safeParse(info).data;
    if (storage === undefined) return undefined;
    const found = await findStoredImage(storage.DockerRootDir, id, signal);
    if (found !== undefined) counted("read image");
    return found;
  };
}

/** Of Docker's answer to `info`. */
const StorageInfo = z.object({ Driver: z.literal("overlay2"), DockerRootDir: z.string() });
