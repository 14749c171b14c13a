import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import type { CatalogueFailure } from "../catalogue/failure.ts";
import { pairsOf, soundOf } from "../catalogue/pairs.ts";
import { selectEntry } from "../catalogue/select.ts";
import { extendedReference } from "../names.ts";
import type { Choices, ExtensionChoice } from "./choices.ts";
import type { Asked } from "./select.ts";

/** What an agent can be started as on this machine. What is broken is offered to nobody. */
export function choicesOf(
  catalogue: Catalogue,
  name: string,
  architecture: "amd64" | "arm64" | undefined,
): Result<Choices, CatalogueFailure> {
  const agent = selectEntry(catalogue.agents, "agent", name);
  if (!agent.ok) return agent;
  const { files = [], directories = [] } = agent.value.definition.agent_path ?? {};
  const pairs = pairsOf({ agents: [agent.value], bases: catalogue.bases }, architecture);
  const extensions = extensionChoices(catalogue);
  return ok({
    agent: name,
    agentPath: { files, directories },
    bases: pairs
      .filter(({ obstacle }) => obstacle === undefined)
      .map(({ base }) => ({
        name: base.name,
        description: base.definition.base_image_description,
      })),
    otherBases: pairs.flatMap(({ base, obstacle }) =>
      obstacle === undefined ? [] : [{ name: base.name, obstacle }],
    ),
    extensions,
    extendedImages: soundOf(catalogue.extendedImages)
      .filter(({ definition }) => definition.agent === name)
      .map(({ name: own, definition: { base, extensions: wanted, image_ref: reference } }) => {
        const names = extensions.map((one) => one.name).filter((one) => wanted.includes(one));
        return {
          name: own,
          base,
          extensions: names,
          reference: reference ?? extendedReference(name, base, names),
        };
      }),
  });
}

/** What is asked for by name and broken fails with all that is wrong with it. */
export function checkAsked(
  catalogue: Catalogue,
  { base, extensions, image }: Asked,
): Result<undefined, CatalogueFailure> {
  const entries = [
    ...(base === undefined ? [] : [selectEntry(catalogue.bases, "base", base)]),
    ...(extensions ?? []).map((name) => selectEntry(catalogue.extensions, "extension", name)),
    ...(image === undefined
      ? []
      : [selectEntry(catalogue.extendedImages, "image-extended", image)]),
  ];
  return entries.find((entry) => !entry.ok) ?? ok(undefined);
}

/** Those with a Dockerfile of their own go on an image last; each part is by name (images.md, 2.3). */
function extensionChoices(catalogue: Catalogue): readonly ExtensionChoice[] {
  const sound = soundOf(catalogue.extensions);
  const own = sound.filter(({ definition }) => definition.installs === "dockerfile");
  return [...sound.filter((entry) => !own.includes(entry)), ...own].map(({ name, definition }) => ({
    name,
    title: definition.name,
    description: definition.description,
    shares: definition.shares,
  }));
}
