import { ok, shownDigest } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import type { ImagesFailure } from "../failure.ts";
import { readImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";
import { changeImagesLock } from "./change-lock.ts";
import { entryName } from "./now.ts";
import type { LockOutcome, LockWorld } from "./update.ts";
import { wantedOf } from "./wanted.ts";

/** An entry of a lock that nothing is built from. */
export type UnusedEntry = {
  readonly kind: "agent" | "from_image";
  readonly name: string;
  /** The version or the digest. */
  readonly locked: string;
};

/** While a definition is broken, every image counts as used: it may be that one's. Asks nobody. */
export async function unusedEntries(
  lock: ImagesLock,
  catalogue: Catalogue,
): Promise<Result<readonly UnusedEntry[], ImagesFailure>> {
  const wanted = await wantedOf(catalogue, []);
  if (!wanted.ok) return wanted;
  const { bases, agents, extensions } = catalogue;
  const names = new Set(agents.map(({ name }) => name));
  const references = new Set(wanted.value.references);
  const isAnyBroken = [...bases, ...agents, ...extensions].some(({ state }) => state === "broken");
  return ok([
    ...Object.entries(lock.agents).flatMap(([name, { version }]) =>
      names.has(name) ? [] : [{ kind: "agent", name, locked: version } as const],
    ),
    ...Object.entries(lock.from_images).flatMap(([name, { digest }]) =>
      isAnyBroken || references.has(name)
        ? []
        : [{ kind: "from_image", name, locked: digest } as const],
    ),
  ]);
}

/** The same of the lock that is there. */
export async function readUnused({
  place,
  catalogue,
}: Pick<LockWorld, "place" | "catalogue">): Promise<Result<readonly UnusedEntry[], ImagesFailure>> {
  const lock = await readImagesLock(place.folder);
  return lock.ok ? unusedEntries(lock.value, catalogue) : lock;
}

/** Takes them out of the lock, and nothing else. */
export async function pruneLock(
  world: Pick<LockWorld, "place" | "catalogue" | "signal">,
): Promise<Result<LockOutcome, ImagesFailure>> {
  const unused = await readUnused(world);
  if (!unused.ok) return unused;
  const entries = unused.value;
  if (entries.length === 0) {
    return ok({ state: "unchanged", cause: "images-lock-all-used", facts: {}, changes: [] });
  }
  const written = await changeImagesLock(
    world.place,
    (current) => ({
      ...current,
      agents: without(current.agents, entries, "agent"),
      from_images: without(current.from_images, entries, "from_image"),
    }),
    world.signal,
  );
  if (!written.ok) return written;
  return ok({
    state: "done",
    cause: "images-lock-pruned",
    facts: Object.fromEntries(entries.map((one) => [entryName(one), shownDigest(one.locked)])),
    changes: entries.map((one) => ({ entry: entryName(one), from: one.locked })),
  });
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  entries: readonly UnusedEntry[],
  kind: UnusedEntry["kind"],
): Record<string, Value> {
  const gone = new Set(entries.filter((one) => one.kind === kind).map(({ name }) => name));
  return Object.fromEntries(Object.entries(record).filter(([name]) => !gone.has(name)));
}
