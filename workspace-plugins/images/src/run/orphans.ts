import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import { hexOf } from "@slipway/signature/basics";
import type { Catalogue } from "../catalogue/entry.ts";
import { pairsOf, soundOf } from "../catalogue/pairs.ts";
import type { ListedImage } from "../engine-port.ts";
import { agentReference, baseReference, buildingName, extendedReference } from "../names.ts";
import { layoutOf, ownLayouts, unnamedLayout } from "./build-chain.ts";
import { choicesOf } from "./choices-of.ts";
import { allMemories } from "./project-memory.ts";
import type { MemoryPlace } from "./project-memory.ts";

/** What definitions and what is remembered of projects lead to. */
export type Wanted = {
  /** Names of images in the engine. */
  readonly references: ReadonlySet<string>;
  /** Relative to the folder that holds them. */
  readonly layouts: ReadonlySet<string>;
};

/**
 * `root` holds the layouts. `undefined`: a definition is broken, or a memory cannot be read, so that nobody knows all that
 * they lead to.
 */
export async function wantedImages(
  catalogue: Catalogue,
  memory: MemoryPlace,
  root: string,
): Promise<Wanted | undefined> {
  const { bases, agents, extensions, extendedImages } = catalogue;
  const all = [...bases, ...agents, ...extensions, ...extendedImages];
  const memories = await allMemories(memory);
  if (memories === undefined || all.some(({ state }) => state === "broken")) return undefined;
  const place = { root };
  const pairs = pairsOf(catalogue).filter(({ obstacle }) => obstacle === undefined);
  const named = soundOf(agents).flatMap((agent) => {
    const choices = choicesOf(catalogue, agent.name, undefined);
    return choices.ok ? choices.value.extendedImages : [];
  });
  const unnamed = memories
    .flatMap(({ agents: remembered = {} }) => Object.entries(remembered))
    .flatMap(([agent, { base, extensions: names = [], image_ref: reference }]) => [
      ...(reference === undefined ? [] : [reference]),
      ...(base === undefined ? [] : [chosenReference(catalogue, agent, base, names)]),
    ]);
  return {
    references: new Set([
      ...bases.map(({ name }) => baseReference(name)),
      ...pairs.map(({ agent, base }) => agentReference(agent.name, base.name)),
      ...named.map(({ reference }) => reference),
      ...unnamed,
    ]),
    layouts: new Set([
      ...[...bases, ...extendedImages].map((entry) => layoutOf(entry, place)),
      ...pairs.map(({ agent, base }) => layoutOf(agent, place, base.name)),
      ...unnamed.map(unnamedLayout),
    ]),
  };
}

/** As a start names the image of such a choice. */
function chosenReference(
  catalogue: Catalogue,
  agent: string,
  base: string,
  names: readonly string[],
): string {
  const choices = choicesOf(catalogue, agent, undefined);
  const known = choices.ok ? choices.value.extensions.map(({ name }) => name) : [];
  return extendedReference(
    agent,
    base,
    known.filter((name) => names.includes(name)),
  );
}

const ourNames = "slipway/";

/**
 * The names of an image of ours that nothing leads to any more: of a definition that is gone, of a choice that nobody
 * remembers. One that somebody else gave it is none of ours.
 */
export function orphanedNames({ id, tags }: ListedImage, wanted: Wanted): readonly string[] {
  return tags.filter(
    (tag) =>
      tag.startsWith(ourNames) &&
      !tag.startsWith(buildingName) &&
      !tag.endsWith(`:${hexOf(id)}`) &&
      !wanted.references.has(tag),
  );
}

/** Absolute; of layouts that do not lie beside their definitions. */
export async function orphanedOwnLayouts(root: string, wanted: Wanted): Promise<readonly string[]> {
  const found: string[] = [];
  for (const kind of await namesIn(path.join(root, ownLayouts))) {
    for (const name of await namesIn(path.join(root, ownLayouts, kind))) {
      const place = path.join(ownLayouts, kind, name);
      const inner = kind === "agent" ? await namesIn(path.join(root, place)) : undefined;
      const places = inner?.map((base) => path.join(place, base)) ?? [place];
      found.push(...places.filter((one) => !wanted.layouts.has(one)));
    }
  }
  // Another process builds into such a folder, or will remove what a killed one has left.
  const folders = found.filter((one) => !path.basename(one).includes(".partial-"));
  return folders.map((one) => path.join(root, one));
}
