import path from "node:path";
import { DigestText } from "@slipway/definitions/digest-text";
import { namesIn } from "@slipway/signature/names-in";
import { fail, ok, parseJson, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { SmokeFailure } from "./failure.ts";

/** The part of an image's receipt that says what to run. */
const Receipt = z.object({
  reference: z.string(),
  imageId: DigestText,
  diffIds: z.array(DigestText),
});

export type SmokeImage = z.output<typeof Receipt>;

export type ImageChoice = {
  /** The image project, for people. */
  readonly image: string;
  /** Its `dist/image`, absolute. */
  readonly folder: string;
  readonly base: string | undefined;
};

/** A base has one receipt; an agent has one for each of its bases, and one of them is chosen. */
export async function readSmokeImage(
  choice: ImageChoice,
): Promise<Result<SmokeImage, SmokeFailure>> {
  const { image, folder, base } = choice;
  if (base !== undefined) return readChosen(choice, base);
  const own = await readReceipt(choice, folder);
  if (own.ok) return own;
  const bases = await basesIn(folder);
  if (bases.length > 1) return fail({ reason: "smoke-image-ambiguous", image, bases });
  const [only] = bases;
  return only === undefined ? own : readReceipt(choice, path.join(folder, only));
}

async function readChosen(
  choice: ImageChoice,
  base: string,
): Promise<Result<SmokeImage, SmokeFailure>> {
  const { image, folder } = choice;
  const chosen = await readReceipt(choice, path.join(folder, base));
  const bases = await basesIn(folder);
  return chosen.ok || bases.length === 0
    ? chosen
    : fail({ reason: "smoke-base-unknown", image, base, bases });
}

async function readReceipt(
  { image }: ImageChoice,
  folder: string,
): Promise<Result<SmokeImage, SmokeFailure>> {
  const text = await readTextIfPresent(path.join(folder, "receipt.json"));
  const receipt = text === undefined ? undefined : Receipt.safeParse(parseJson(text)).data;
  return receipt === undefined
    ? fail({ reason: "smoke-image-missing", image, folder })
    : ok(receipt);
}

async function basesIn(folder: string): Promise<readonly string[]> {
  const bases: string[] = [];
  for (const name of await namesIn(folder)) {
    const receipt = await readTextIfPresent(path.join(folder, name, "receipt.json"));
    if (receipt !== undefined) bases.push(name);
  }
  return bases.toSorted();
}
