import type { FindCredential } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { BuildSession, MadeImage } from "../build.ts";
import type { BuildAccess } from "../build-access.ts";
import type { BuildTurns } from "../builds/build-turns.ts";
import type { Engine, ImageFacts } from "../engine-port.ts";
import type { ImagesFailure } from "../failure.ts";
import type { BuildReason } from "../ingredients.ts";
import type { Only } from "../locked/wanted.ts";
import type { ImageReceipt } from "../receipt.ts";
import { loadImage } from "../load.ts";
import { splitReference } from "../names.ts";
import { planChain } from "./build-chain.ts";
import type { Chain, ChainLink, ChainPlace } from "./build-chain.ts";
import type { PulledImage } from "./pulled-images.ts";

export type ReadyWorld = {
  readonly place: ChainPlace;
  /** For the labels of images. */
  readonly workspace: string;
  readonly engine: Engine;
  /** Found out only when something is built. */
  readonly access: () => Promise<BuildAccess>;
  readonly turns: BuildTurns<MadeImage, ImagesFailure>;
  /** What is there has to do. */
  readonly isOffline: boolean;
  /** A version that is not locked is none. */
  readonly isFrozen: boolean;
  /** Everything is built anew, whatever has changed and whatever the engine remembers. */
  readonly isRebuild: boolean;
  /** Holds the lock of what lies outside of a workspace. */
  readonly userLockFolder: string;
  /** Locks there what is not locked yet, or for another definition; asks nobody where nothing is open. */
  readonly lock: (only: Only) => Promise<Result<unknown, ImagesFailure>>;
  /** An image of somebody else's that is as a build would make it, in place of one that has never been built. */
  readonly pulled: (
    links: readonly ChainLink[],
  ) => Promise<Result<PulledImage | undefined, ImagesFailure>>;
  readonly findCredential: FindCredential;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** A few words on each. */
  readonly wordsOf: (reason: BuildReason) => string;
  /** Gets why an image could not be renewed; the one before it is taken. */
  readonly told: (failure: ImagesFailure) => Promise<unknown>;
};

/**
 * Makes the engine have the image of a selection, built from its definitions as they are now. What has not changed is
 * not built; what cannot be built again is taken as it was, and said.
 */
export async function makeReady(
  chain: Chain,
  world: ReadyWorld,
): Promise<Result<ImageFacts, ImagesFailure>> {
  const links = await planChain(chain, world.place);
  if (!links.ok) return links;
  const lock = lockOnce(world);
  const looked = await look(links.value, world, lock);
  const isBuilt = looked.ok ? looked.value !== undefined : !isAbsent(looked.failure);
  const pulled = isBuilt || world.isRebuild ? ok(undefined) : await world.pulled(links.value);
  if (!pulled.ok) return pulled;
  if (pulled.value !== undefined) {
    const { signer, facts } = pulled.value;
    world.progress(`${chain.reference} is as it was pulled, signed by ${signer}`);
    return ok(facts);
  }
  if (!looked.ok) return looked;
  const isUnchanged = looked.value?.every(({ reasons }) => reasons?.length === 0) ?? false;
  const isCurrent = isUnchanged && !world.isRebuild;
  if (world.isOffline && looked.value !== undefined) {
    for (const made of looked.value) tellReasons(made, world, "is not built anew, offline");
  }
  const receipt =
    isCurrent || (world.isOffline && looked.value !== undefined)
      ? ok(looked.value?.at(-1)?.receipt)
      : await makeAll(links.value, world, lock);
  if (!receipt.ok) return receipt;
  const source = links.value.at(-1)?.source;
  if (receipt.value === undefined || source === undefined) {
    throw new Error("internal: a chain without an image");
  }
  return inEngine(receipt.value, source, world);
}

type LockLink = (link: ChainLink) => Promise<Result<unknown, ImagesFailure>>;

/** What is unknown is not asked for twice. */
function lockOnce({ isOffline, isFrozen, lock }: ReadyWorld): LockLink {
  const done = new Map<ChainLink, ReturnType<LockLink>>();
  return async (link) => {
    const isOpen = Object.values(link.ofUser).some((names) => names.length > 0);
    if (isOffline || isFrozen || !isOpen) return ok(undefined);
    const before = done.get(link);
    if (before !== undefined) return before;
    const now = lock(link.ofUser);
    done.set(link, now);
    return now;
  };
}

/** What there is; `undefined` where an image has never been built. Builds nothing, and waits for no build. */
async function look(
  links: readonly ChainLink[],
  world: ReadyWorld,
  lock: LockLink,
): Promise<Result<readonly MadeImage[] | undefined, ImagesFailure>> {
  const session = sessionOf(world, {
    builds: "never",
    access: { caBundle: undefined, npmRegistry: "http://localhost/", proxies: {} },
    turns: { take: async (_, work) => work() },
  });
  const made: MadeImage[] = [];
  for (const link of links) {
    // The version of an agent is asked for in the base below it, which is there by now.
    const locked = await lock(link);
    if (!locked.ok && world.signal.aborted) return locked;
    const one = await link.make(session);
    if (one.ok) made.push(one.value);
    else if (!locked.ok) return locked;
    else if (!isAbsent(one.failure)) return one;
    else return world.isOffline ? one : ok(undefined);
  }
  return ok(made);
}

function isAbsent({ reason }: ImagesFailure): boolean {
  return reason === "image-absent" || reason === "receipt-missing";
}

async function makeAll(
  links: readonly ChainLink[],
  world: ReadyWorld,
  lock: LockLink,
): Promise<Result<ImageReceipt | undefined, ImagesFailure>> {
  if (world.isOffline) return fail({ reason: "image-absent", reference: "" });
  const session = sessionOf(world, {
    ...(world.isRebuild
      ? { builds: "always", withoutCache: true }
      : { builds: "when-needed", waitsAt: new Date() }),
    access: await world.access(),
    turns: world.turns,
  });
  let receipt: ImageReceipt | undefined;
  for (const link of links) {
    const locked = await lock(link);
    if (!locked.ok && world.signal.aborted) return locked;
    const made = locked.ok ? await link.make(session) : locked;
    if (made.ok) {
      tellReasons(made.value, world, "was built");
      receipt = made.value.receipt;
      continue;
    }
    if (locked.ok && made.failure.reason !== "image-not-renewed") return made;
    const before = await link.make({ ...session, builds: "never" });
    if (!before.ok) return locked.ok ? before : locked;
    await world.told(made.failure);
    world.progress(`${link.source.reference} stays as it was`);
    receipt = before.value.receipt;
  }
  return ok(receipt);
}

function sessionOf(
  {
    place,
    workspace,
    engine,
    signal,
    progress,
    isFrozen,
    userLockFolder,
    findCredential,
  }: ReadyWorld,
  how: Pick<BuildSession, "builds" | "access" | "turns" | "waitsAt" | "withoutCache">,
): BuildSession {
  return {
    workspaceRoot: place.root,
    tellsWholePaths: true,
    workspace,
    engine,
    signal,
    progress,
    isFrozen,
    userLockFolder,
    findCredential,
    ...how,
  };
}

function tellReasons(
  { receipt, reasons = [] }: MadeImage,
  { progress, wordsOf }: ReadyWorld,
  what: string,
): void {
  if (reasons.length === 0) return;
  progress(`${receipt.reference} ${what}: ${reasons.map(wordsOf).join(", ")}`);
}

async function inEngine(
  receipt: ImageReceipt,
  { layout, target }: ChainLink["source"],
  { engine, place, signal }: ReadyWorld,
): Promise<Result<ImageFacts, ImagesFailure>> {
  const loaded = await loadImage(
    {
      images: engine.images,
      load: async (archive) => engine.load(archive, signal),
      tag: async (id, name) => engine.tag(id, ...splitReference(name)),
    },
    { workspaceRoot: place.root, folder: layout, receipt, target },
  );
  if (!loaded.ok) return loaded;
  const found = await engine.image(receipt.imageId);
  if (!found.ok) return found;
  return found.value === undefined
    ? fail({ reason: "engine-lost", operation: "inspect image", detail: "the image is gone again" })
    : ok(found.value);
}
