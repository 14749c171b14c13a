import path from "node:path";
import { fail, ok, shownDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ImagesFailure } from "../failure.ts";
import { imagesLockName } from "../images-lock-name.ts";
import { readImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";
import { changeImagesLock } from "./change-lock.ts";
import type { LockPlace } from "./change-lock.ts";
import type { LockCause } from "./failure.ts";
import { lookUp, openEntries } from "./look.ts";
import type { LookAt, LookWorld } from "./look.ts";
import { entryName } from "./now.ts";
import type { LockEntry } from "./now.ts";

export type LockWorld = LookWorld & {
  readonly place: LockPlace;
  readonly progress: (line: string) => void;
};

export type LockChange = {
  readonly entry: string;
  /** A version or a digest; absent where it was not locked. */
  readonly from?: string;
  /** Absent where it is taken out. */
  readonly to?: string;
};

export type LockOutcome = Outcome<LockCause> & { readonly changes: readonly LockChange[] };

type Asked = {
  /** Of agents; all where there are none. */
  readonly names: readonly string[];
  readonly isDryRun: boolean;
};

/** Locks what is not locked yet, and what was locked for another definition. */
export async function fillLock(
  asked: Asked,
  world: LockWorld,
): Promise<Result<LockOutcome, ImagesFailure>> {
  return change("open", asked, world);
}

/** Locks what everything is by now. */
export async function updateLock(
  asked: Asked,
  world: LockWorld,
): Promise<Result<LockOutcome, ImagesFailure>> {
  return change("all", asked, world);
}

/** As `updateLock`; where somebody does not say what is newer, a lock that has all will do, and `told` gets why. */
export async function renewLock(
  asked: Asked,
  world: LockWorld,
  told: (failure: ImagesFailure) => Promise<void>,
): Promise<Result<LockOutcome, ImagesFailure>> {
  const updated = await updateLock(asked, world);
  if (updated.ok || world.signal.aborted) return updated;
  const locked = await checkLock(asked.names, world);
  if (!locked.ok) return updated;
  await told(updated.failure);
  return locked;
}

/** What is locked, beside what it is by now; changes nothing, and what is not known is told as such. */
export async function outdatedEntries(
  names: readonly string[],
  world: LockWorld,
): Promise<Result<readonly LockEntry[], ImagesFailure>> {
  const lock = await readImagesLock(world.place.folder);
  return lock.ok ? lookUp(lock.value, names, "all", world) : lock;
}

/** Fails if the lock has not all that it should have; asks nobody. */
export async function checkLock(
  names: readonly string[],
  world: Pick<LockWorld, "place" | "catalogue" | "only" | "builder" | "signal">,
): Promise<Result<LockOutcome, ImagesFailure>> {
  const lock = await readImagesLock(world.place.folder);
  if (!lock.ok) return lock;
  const open = await openEntries(lock.value, names, world);
  if (!open.ok) return open;
  const { missing, stale } = open.value;
  if (missing.length === 0 && stale.length === 0) return ok(outcomeOf([], "images-locked"));
  const command = ["slipway agent lock", ...names].join(" ");
  return fail({ reason: "images-lock-stale", file: fileIn(world), missing, stale, command });
}

/** What is known is locked, also where something else is not. */
async function change(
  which: LookAt,
  { names, isDryRun }: Asked,
  world: LockWorld,
): Promise<Result<LockOutcome, ImagesFailure>> {
  const lock = await readImagesLock(world.place.folder);
  if (!lock.ok) return lock;
  const looked = await lookUp(lock.value, names, which, world);
  if (!looked.ok) return looked;
  if (world.signal.aborted) {
    return fail({ reason: "engine-interrupted", operation: "the look-up of versions and images" });
  }
  const changes = looked.value.flatMap(changeOf);
  if (!isDryRun && changes.length > 0) {
    const written = await changeImagesLock(
      world.place,
      (current) => looked.value.reduce(withEntry, current),
      world.signal,
    );
    if (!written.ok) return written;
  }
  const unknown = looked.value.flatMap(unknownOf);
  if (unknown.length === 0) {
    return ok(outcomeOf(changes, isDryRun ? "images-lock-planned" : "images-locked"));
  }
  for (const one of changes) {
    world.progress(`${isDryRun ? "would lock" : "locked"} ${one.entry}: ${changeText(one)}`);
  }
  return fail({ reason: "images-lock-incomplete", file: fileIn(world), unknown });
}

function fileIn({ place }: Pick<LockWorld, "place">): string {
  return path.join(place.folder, imagesLockName);
}

function withEntry(lock: ImagesLock, entry: LockEntry): ImagesLock {
  const { name } = entry;
  switch (entry.kind) {
    case "agent":
      return entry.now.state === "changed"
        ? { ...lock, agents: { ...lock.agents, [name]: entry.now.value } }
        : lock;
    case "from_image":
      return entry.now.state === "changed"
        ? { ...lock, from_images: { ...lock.from_images, [name]: entry.now.value } }
        : lock;
    case "builder":
      return entry.now.state === "changed"
        ? { ...lock, builder: { reference: name, digest: entry.now.value.digest } }
        : lock;
  }
}

function changeOf(entry: LockEntry): readonly Locking[] {
  if (entry.now.state !== "changed") return [];
  const from = lockedText(entry);
  return [
    {
      entry: entryName(entry),
      ...(from === undefined ? {} : { from }),
      to: entry.kind === "agent" ? entry.now.value.version : entry.now.value.digest,
    },
  ];
}

/** A change by a look-up, which takes nothing out. */
type Locking = LockChange & { readonly to: string };

/** The version or the digest. */
export function lockedText(entry: LockEntry): string | undefined {
  return entry.kind === "agent" ? entry.locked?.version : entry.locked?.digest;
}

function unknownOf(
  entry: LockEntry,
): readonly { readonly entry: string; readonly because: ImagesFailure }[] {
  const { now } = entry;
  if (now.state === "same" || now.state === "changed") return [];
  const because: ImagesFailure =
    now.state === "unknown"
      ? now.because
      : { reason: "image-reference-missing", reference: entry.name };
  return [{ entry: entryName(entry), because }];
}

function outcomeOf(
  changes: readonly Locking[],
  cause: "images-locked" | "images-lock-planned",
): LockOutcome {
  if (changes.length === 0) {
    return { state: "unchanged", cause: "images-lock-as-it-was", facts: {}, changes };
  }
  const facts = Object.fromEntries(changes.map((one) => [one.entry, changeText(one)]));
  return { state: "done", cause, facts, changes };
}

function changeText({ from, to }: Locking): string {
  if (from === to) return `${shownDigest(to)}, for another definition`;
  return from === undefined ? shownDigest(to) : `${shownDigest(from)} → ${shownDigest(to)}`;
}
