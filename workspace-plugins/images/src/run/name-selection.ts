import path from "node:path";
import { fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { stringify } from "yaml";
import type { Catalogue, SoundEntry } from "../catalogue/entry.ts";
import { soundOf } from "../catalogue/pairs.ts";
import { userFolderOf } from "../catalogue/places.ts";
import { ImageName } from "../definition.ts";
import type { ExtendedImageDefinition } from "../definition.ts";
import type { Asker } from "./choose.ts";
import type { RunFailure } from "./run-failure.ts";
import type { Selection } from "./select.ts";

/** An extended image that a selection is, or becomes when it is saved. */
export type NamedSelection = {
  readonly entry: SoundEntry<ExtendedImageDefinition>;
  readonly isNew: boolean;
};

/** Of the user's, of an agent and what was chosen for it. Writes nothing. */
export async function nameSelection(
  name: string,
  of: { readonly agent: string; readonly selection: Selection },
  world: { readonly catalogue: Pick<Catalogue, "extendedImages">; readonly home: string },
): Promise<Result<NamedSelection, RunFailure>> {
  if (!ImageName.safeParse(name).success) {
    return fail({ reason: "extended-image-name-invalid", name });
  }
  const { base, extensions } = of.selection;
  const definition = { agent: of.agent, base, extensions: [...extensions] };
  const taken = world.catalogue.extendedImages.find((one) => one.name === name);
  if (taken?.state === "sound" && isSame(taken.definition, definition)) {
    return ok({ entry: taken, isNew: false });
  }
  if (taken !== undefined) {
    return fail({ reason: "extended-image-taken", name, file: taken.file });
  }
  const folder = path.join(await userFolderOf("image-extended", world.home), name);
  const file = path.join(folder, "image-extended.yml");
  const located = { kind: "image-extended", name, place: "user", folder, file } as const;
  return ok({ entry: { ...located, state: "sound", definition }, isNew: true });
}

/** Whether an extended image is what was chosen already. */
export function isNamed(
  { agent, selection }: { readonly agent: string; readonly selection: Selection },
  { extendedImages }: Pick<Catalogue, "extendedImages">,
): boolean {
  const definition = { ...selection, agent, extensions: [...selection.extensions] };
  return soundOf(extendedImages).some((one) => isSame(one.definition, definition));
}

/** Asks at a terminal until the name is one that can be had; `undefined`: no answer, or none is wanted. */
export async function askForName(
  asker: Asker,
  nameIt: (name: string) => Promise<Result<NamedSelection, RunFailure>>,
): Promise<Result<NamedSelection | undefined, RunFailure>> {
  let why = "";
  for (;;) {
    const answer = await asker.enter(
      `${why}A name to choose this by again, in any folder? [none] `,
    );
    if (answer === undefined) return fail({ reason: "nothing-chosen" });
    if (answer === "") return ok(undefined);
    const named = await nameIt(answer);
    if (named.ok) return named;
    const isTaken = named.failure.reason === "extended-image-taken";
    why = `${answer} is ${isTaken ? "another image's" : "none: lower-case letters, digits, single . _ -"}. `;
  }
}

/** Writes the definition where it is new; the catalogue has it then. */
export async function saveSelection(
  { entry, isNew }: NamedSelection,
  catalogue: Catalogue,
): Promise<Catalogue> {
  if (!isNew) return catalogue;
  await writeFileAtomically(entry.file, stringify(entry.definition));
  return { ...catalogue, extendedImages: [...catalogue.extendedImages, entry] };
}

function isSame(a: ExtendedImageDefinition, b: ExtendedImageDefinition): boolean {
  const [of, to] = [a, b].map(({ extensions }) => extensions.toSorted().join(" "));
  return a.agent === b.agent && a.base === b.base && of === to;
}
