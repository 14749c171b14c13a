import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import { selectEntry } from "../catalogue/select.ts";
import type { ImagesFailure } from "../failure.ts";
import { planChain } from "./build-chain.ts";
import type { ChainLink, ChainPlace } from "./build-chain.ts";
import { choicesOf } from "./choices-of.ts";
import { selectionOf } from "./select.ts";

export type AskedImage = {
  /** Of an agent, or of an extended image. */
  readonly name: string;
  readonly base: string | undefined;
};

/** The chain of an extended image by its name. `undefined`: none has it, or an agent has it too, who comes first. */
export async function planExtended(
  { name, base }: AskedImage,
  catalogue: Catalogue,
  place: ChainPlace,
): Promise<Result<readonly ChainLink[] | undefined, ImagesFailure>> {
  const { agents, extendedImages } = catalogue;
  const isNamed = extendedImages.some((one) => one.name === name);
  if (!isNamed || agents.some((one) => one.name === name)) return ok(undefined);
  const entry = selectEntry(extendedImages, "image-extended", name);
  if (!entry.ok) return entry;
  const { agent } = entry.value.definition;
  const choices = choicesOf(catalogue, agent, undefined);
  if (!choices.ok) return choices;
  const chosen = choices.value.extendedImages.find((one) => one.name === name);
  if (chosen === undefined)
    throw new Error(`internal: ${name} is not among the images of ${agent}`);
  if (base !== undefined && base !== chosen.base) {
    return fail({ reason: "base-not-for-agent", agent: name, base, known: [chosen.base] });
  }
  const { reference } = chosen;
  return planChain({ catalogue, agent, selection: selectionOf(chosen), reference }, place);
}
