import path from "node:path";
import { inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import type { ImagesFailure } from "../failure.ts";
import { lockedAgent, lockedImage } from "../images-lock.ts";
import type { ImagesLock, LockedAgent, LockedImage } from "../images-lock.ts";
import type { NamedBuilder } from "../versions/builder.ts";
import type { FoundVersion } from "../versions/agent-version.ts";
import { readVersionScript } from "../versions/version-script.ts";
import type { VersionScript } from "../versions/version-script.ts";
import { baseReference } from "../names.ts";
import { agentEntry, imageEntry } from "./now.ts";
import type { LockEntry, Now } from "./now.ts";
import { failureOf, wantedOf, wantedOnly } from "./wanted.ts";
import type { Only } from "./wanted.ts";

export type LookWorld = {
  readonly catalogue: Catalogue;
  /** In place of names of agents: what is locked is for these alone. */
  readonly only?: Only;
  /** The image that the workspace wants its `version.sh` run in. */
  readonly builder: string | undefined;
  readonly askImage: (
    reference: string,
    locked: Pick<LockedImage, "digest"> | undefined,
  ) => Promise<Now<LockedImage>>;
  readonly askVersion: (
    script: VersionScript,
    builder: NamedBuilder | undefined,
  ) => Promise<Result<FoundVersion, ImagesFailure>>;
  readonly signal: AbortSignal;
};

/** `open`: only what is not locked, or is stale. `all`: what is locked too. */
export type LookAt = "open" | "all";

/** Builder first, since the versions are asked for in it; then all agents and images, by kind and name. */
export async function lookUp(
  lock: ImagesLock,
  names: readonly string[],
  which: LookAt,
  world: LookWorld,
): Promise<Result<readonly LockEntry[], ImagesFailure>> {
  const plan = await planLookUp(lock, names, world);
  if (!plan.ok) return plan;
  const { wanted, scripts, builder } = plan.value;
  const isAsked = (entry: Pick<LockEntry, "locked"> & { readonly isStale?: boolean }): boolean =>
    which === "all" || entry.locked === undefined || entry.isStale === true;
  const builderEntry = builder === undefined ? [] : [await lookAtBuilder(builder, isAsked, world)];
  const named = namedBuilder(world.builder, builderEntry[0]);
  const images = wanted.references.map(async (name): Promise<LockEntry> => {
    const locked = lockedImage(lock, name);
    const now = isAsked({ locked }) ? await world.askImage(name, locked) : same;
    return { kind: "from_image", name, locked, now };
  });
  const broken = wanted.broken
    .filter(({ kind }) => kind === "agent")
    .map((entry): LockEntry => ({
      kind: "agent",
      name: entry.name,
      locked: lockedAgent(lock, entry.name),
      isStale: false,
      now: { state: "unknown", because: failureOf(entry) },
    }));
  const agents = await inParallel<VersionScript, LockEntry, never>(
    agentsAtOnce,
    scripts,
    async (script) => {
      const locked = lockedAgent(lock, script.agent);
      const isStale = locked !== undefined && locked.definition !== script.digest;
      const now = isAsked({ locked, isStale })
        ? await lookAtAgent(script, locked, named, world)
        : same;
      return ok({ kind: "agent", name: script.agent, locked, isStale, now });
    },
  );
  if (!agents.ok) return agents;
  return ok([...builderEntry, ...broken, ...agents.value, ...(await Promise.all(images))]);
}

/** Entries that are not there or of another definition, by names such as `agents.codex`; asks nobody. */
export async function openEntries(
  lock: ImagesLock,
  names: readonly string[],
  world: Pick<LookWorld, "catalogue" | "only" | "builder" | "signal">,
): Promise<
  Result<{ readonly missing: readonly string[]; readonly stale: readonly string[] }, ImagesFailure>
> {
  const plan = await planLookUp(lock, names, world);
  if (!plan.ok) return plan;
  const { wanted, scripts, builder } = plan.value;
  const entries = scripts.map(({ agent, digest }) => ({
    agent,
    digest,
    locked: lockedAgent(lock, agent),
  }));
  return ok({
    missing: [
      ...(builder !== undefined && builder.locked === undefined ? ["builder"] : []),
      ...entries.filter(({ locked }) => locked === undefined).map(({ agent }) => agentEntry(agent)),
      ...wanted.references.filter((one) => lockedImage(lock, one) === undefined).map(imageEntry),
    ],
    stale: entries
      .filter(({ locked, digest }) => locked !== undefined && locked.definition !== digest)
      .map(({ agent }) => agentEntry(agent)),
  });
}

/** Each may run a container, within a time limit that is short on a machine that is busy. */
const agentsAtOnce = 4;

const same = { state: "same" } as const;

type Builder = {
  readonly reference: string;
  readonly locked: Pick<LockedImage, "digest"> | undefined;
};

async function planLookUp(
  lock: ImagesLock,
  names: readonly string[],
  {
    catalogue,
    only,
    builder,
    signal,
  }: Pick<LookWorld, "catalogue" | "only" | "builder" | "signal">,
) {
  const wanted =
    only === undefined ? await wantedOf(catalogue, names) : await wantedOnly(catalogue, only);
  if (!wanted.ok) return wanted;
  const scripts: VersionScript[] = [];
  for (const { name, folder } of wanted.value.agents) {
    const file = path.join(folder, "version.sh");
    const script = await readVersionScript({ name, folder, file }, signal);
    if (!script.ok) return script;
    scripts.push(script.value);
  }
  return ok({ wanted: wanted.value, scripts, builder: builderToLock(lock, catalogue, builder) });
}

/** A base of the workspace's own needs no entry. */
function builderToLock(
  lock: ImagesLock,
  { bases }: Catalogue,
  reference = lock.builder?.reference,
): Builder | undefined {
  if (reference === undefined) return undefined;
  if (bases.some(({ name }) => baseReference(name) === reference)) return undefined;
  return { reference, locked: lock.builder?.reference === reference ? lock.builder : undefined };
}

async function lookAtBuilder(
  { reference, locked }: Builder,
  isAsked: (entry: Pick<LockEntry, "locked">) => boolean,
  world: LookWorld,
): Promise<LockEntry> {
  const now = isAsked({ locked }) ? await world.askImage(reference, locked) : same;
  return { kind: "builder", name: reference, locked, now };
}

/** By what it is now, as it will be locked so. */
function namedBuilder(
  reference: string | undefined,
  entry: LockEntry | undefined,
): NamedBuilder | undefined {
  if (entry === undefined) {
    return reference === undefined ? undefined : { reference, digest: undefined };
  }
  if (entry.kind === "agent") throw new Error("internal: an agent is no builder");
  const now = entry.now.state === "changed" ? entry.now.value : entry.locked;
  return { reference: entry.name, digest: now?.digest };
}

async function lookAtAgent(
  script: VersionScript,
  locked: LockedAgent | undefined,
  builder: NamedBuilder | undefined,
  { askVersion }: LookWorld,
): Promise<Now<LockedAgent>> {
  const found = await askVersion(script, builder);
  if (!found.ok) return { state: "unknown", because: found.failure };
  const { version, definition, source } = found.value;
  const isSame = locked?.version === version && locked.definition === definition;
  return isSame ? same : { state: "changed", value: { version, definition, source } };
}
