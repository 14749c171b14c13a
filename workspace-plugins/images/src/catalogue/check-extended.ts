import { readFile } from "node:fs/promises";
import { problemAt } from "@slipway/definitions";
import type { Problem } from "@slipway/definitions";
import { formatReference, parseShortReference } from "@slipway/registry/reference";
import { namesNear } from "@slipway/signature/names-near";
import type { ExtendedImageDefinition } from "../definition.ts";
import type { Catalogue, Entry, SoundEntry } from "./entry.ts";
import { agentReference, baseReference } from "../names.ts";
import { obstacleBetween, soundOf } from "./pairs.ts";
import { broken } from "./twins.ts";

type Known = Pick<Catalogue, "agents" | "bases" | "extensions">;
type Wrong = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Extended images that name what is not there, or go by the name of another, are broken. */
export async function checkExtendedImages(
  entries: readonly Entry<ExtendedImageDefinition>[],
  known: Known,
): Promise<readonly Entry<ExtendedImageDefinition>[]> {
  const sound = soundOf(entries);
  return Promise.all(
    entries.map(async (entry) => {
      if (entry.state === "broken") return entry;
      const wrong = [...unknownNames(entry.definition, known), ...takenName(entry, sound, known)];
      return wrong.length === 0 ? entry : broken(entry, await placed(entry, wrong));
    }),
  );
}

async function placed(
  { file }: Entry<unknown>,
  wrong: readonly Wrong[],
): Promise<readonly Problem[]> {
  const source = { file, text: await readFile(file, "utf8") };
  return wrong.map(({ path, message }) => problemAt(source, path, `${path.join(".")}: ${message}`));
}

function unknownNames(
  { agent, base, extensions }: ExtendedImageDefinition,
  known: Known,
): readonly Wrong[] {
  const unknown = [
    ...unknownName("agent", agent, known.agents, ["agent"]),
    ...unknownName("base", base, known.bases, ["base"]),
    ...extensions.flatMap((name, at) =>
      unknownName("extension", name, known.extensions, ["extensions", at]),
    ),
  ];
  return unknown.length === 0 ? unfitBase(agent, base, known) : unknown;
}

function unknownName(
  kind: string,
  name: string,
  known: readonly Entry<unknown>[],
  path: readonly PropertyKey[],
): readonly Wrong[] {
  const names = known.map((entry) => entry.name);
  if (names.includes(name)) return [];
  const near = namesNear([name], names);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return [{ path, message: `there is no ${kind} ${name}${hint}` }];
}

/** What of the two is broken is told where it is broken. */
function unfitBase(agentName: string, baseName: string, known: Known): readonly Wrong[] {
  const agent = known.agents.find(({ name }) => name === agentName);
  const base = known.bases.find(({ name }) => name === baseName);
  if (agent?.state !== "sound" || base?.state !== "sound") return [];
  const obstacle = obstacleBetween(agent, base);
  if (obstacle === undefined) return [];
  return [
    { path: ["base"], message: `${agentName} does not go on ${baseName}, by its ${obstacle}` },
  ];
}

/** Two images under one name would replace each other without end. */
function takenName(
  { name, definition }: SoundEntry<ExtendedImageDefinition>,
  all: readonly SoundEntry<ExtendedImageDefinition>[],
  { agents, bases }: Known,
): readonly Wrong[] {
  const { image_ref: wanted } = definition;
  if (wanted === undefined) return [];
  const reference = inEngine(wanted);
  const others = all
    .filter((other) => other.name !== name)
    .filter((other) => inEngine(other.definition.image_ref ?? "") === reference)
    .map((other) => other.name);
  const below = [
    ...bases.map((base) => [baseReference(base.name), `the base ${base.name}`] as const),
    ...agents.flatMap((agent) =>
      bases.map(
        (base) => [agentReference(agent.name, base.name), `${agent.name} on ${base.name}`] as const,
      ),
    ),
  ].filter(([taken]) => inEngine(taken) === reference);
  return [...others, ...below.map(([, title]) => title)].map((other) => ({
    path: ["image_ref"],
    message: `${other} has the same name for its image`,
  }));
}

/** As engines compare names: where nothing is said, of their usual registry, and `latest`. */
function inEngine(reference: string): string {
  const parsed = parseShortReference(reference);
  return parsed.ok ? formatReference(parsed.value) : reference;
}
