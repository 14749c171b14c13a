import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { BrokenEntry, Catalogue, SoundEntry } from "../catalogue/entry.ts";
import type { CatalogueFailure } from "../catalogue/failure.ts";
import { pairsOf, soundOf } from "../catalogue/pairs.ts";
import { selectEntry } from "../catalogue/select.ts";
import type { AgentDefinition } from "../definition.ts";
import { givenArguments, namedImages } from "../dockerfile.ts";
import type { ImagesFailure } from "../failure.ts";
import { agentReference, baseReference } from "../names.ts";

/** What a lock has to have for a catalogue, or for some of its agents. */
export type Wanted = {
  readonly agents: readonly SoundEntry<AgentDefinition>[];
  readonly broken: readonly BrokenEntry[];
  /** Of images that nothing here makes. */
  readonly references: readonly string[];
};

/** Names of definitions that a look-up is about, where it is not about all. */
export type Only = {
  readonly agents: readonly string[];
  readonly bases: readonly string[];
  readonly extensions: readonly string[];
};

/** Exactly what these stand on; all of the catalogue counts as made here. */
export async function wantedOnly(
  catalogue: Catalogue,
  only: Only,
): Promise<Result<Wanted, ImagesFailure>> {
  const bases = soundOf(catalogue.bases).filter(({ name }) => only.bases.includes(name));
  const extensions = soundOf(catalogue.extensions).filter(({ name }) =>
    only.extensions.includes(name),
  );
  return ok({
    agents: soundOf(catalogue.agents).filter(({ name }) => only.agents.includes(name)),
    broken: [],
    references: await referencesOf(catalogue, bases, extensions),
  });
}

/** Without `names` all agents, and whatever any definition stands on; else those, and what they stand on. */
export async function wantedOf(
  catalogue: Catalogue,
  names: readonly string[],
): Promise<Result<Wanted, ImagesFailure>> {
  const agents: SoundEntry<AgentDefinition>[] = [];
  for (const name of new Set(names)) {
    const entry = selectEntry(catalogue.agents, "agent", name);
    if (!entry.ok) return fail(forLock(entry.failure));
    agents.push(entry.value);
  }
  const isAll = names.length === 0;
  const bases = isAll ? soundOf(catalogue.bases) : basesUnder(catalogue, agents);
  const extensions = isAll ? soundOf(catalogue.extensions) : [];
  const references = await referencesOf(catalogue, bases, extensions);
  const broken = isAll ? [...catalogue.agents, ...catalogue.bases].filter(isBroken) : [];
  return ok({ agents: isAll ? soundOf(catalogue.agents) : agents, broken, references });
}

async function referencesOf(
  catalogue: Catalogue,
  bases: readonly Base[],
  extensions: readonly { readonly folder: string }[],
): Promise<readonly string[]> {
  const named = [
    ...bases.map(({ definition }) => definition.from_image),
    ...(await namedIn([...bases, ...extensions])),
  ];
  const made = new Set(["scratch", ...madeHere(catalogue)]);
  return [...new Set(named)].filter((one) => !made.has(one)).toSorted();
}

/** What a name did not lead to may be there all the same, beside the workspace. */
function forLock(failure: CatalogueFailure): CatalogueFailure {
  return failure.reason === "definition-unknown" ? { ...failure, isForLock: true } : failure;
}

type Base = SoundEntry<{ readonly from_image: string }>;

/** Those that the agents go on, and those under these. */
function basesUnder(
  catalogue: Catalogue,
  agents: readonly SoundEntry<AgentDefinition>[],
): readonly Base[] {
  const names = new Set(agents.map(({ name }) => name));
  const found = new Set<Base>(
    pairsOf(catalogue)
      .filter(({ agent, obstacle }) => names.has(agent.name) && obstacle === undefined)
      .map(({ base }) => base),
  );
  // What is added is met later by the same loop.
  for (const { definition } of found) {
    const below = soundOf(catalogue.bases).find(
      ({ name }) => baseReference(name) === definition.from_image,
    );
    if (below !== undefined) found.add(below);
  }
  return [...found];
}

async function namedIn(folders: readonly { readonly folder: string }[]): Promise<string[]> {
  const texts = await Promise.all(
    folders.map(async ({ folder }) => readTextIfPresent(path.join(folder, "Dockerfile"))),
  );
  const named = await Promise.all(
    texts.map(async (text) => (text === undefined ? [] : namedImages(text, givenArguments))),
  );
  return named.flat().map(({ reference }) => reference);
}

function madeHere({
  bases,
  agents,
  extendedImages,
  rootFileSystems,
}: Catalogue): readonly string[] {
  return [
    ...rootFileSystems.map(({ reference }) => reference),
    ...bases.map(({ name }) => baseReference(name)),
    ...pairsOf({ bases, agents }).map(({ agent, base }) => agentReference(agent.name, base.name)),
    ...soundOf(extendedImages).flatMap(({ definition }) => definition.image_ref ?? []),
  ];
}

function isBroken<Entry extends { readonly state: string }>(
  entry: Entry,
): entry is Extract<Entry, { readonly state: "broken" }> {
  return entry.state === "broken";
}

export function failureOf({ file, problems }: BrokenEntry): ImagesFailure {
  return { reason: "definition-invalid", file, problems };
}
