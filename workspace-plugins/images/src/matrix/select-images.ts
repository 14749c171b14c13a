import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { TestedFailure } from "../tested/failure.ts";
import type { SourceImage } from "./source-images.ts";

/** Whose matrix it is: a base is built before what stands on it can be looked at in a registry. */
export function imagesOf(
  images: readonly SourceImage[],
  of: "agents" | "bases",
  architecture?: string,
): readonly SourceImage[] {
  return images.filter(
    (one) =>
      (one.image.folder.kind === "base") === (of === "bases") &&
      (architecture === undefined || one.architecture === architecture),
  );
}

/** References by how people name them: `slipway/codex:debian`, or without what all begin with. */
export function selectReferences(
  images: readonly SourceImage[],
  names: readonly string[],
): Result<readonly string[], TestedFailure> {
  const known = new Set(images.map(({ image }) => image.reference));
  const references: string[] = [];
  for (const name of names) {
    const found = [name, `slipway/${name}`].find((reference) => known.has(reference));
    if (found === undefined)
      return fail({ reason: "image-unknown", image: name, known: [...known] });
    references.push(found);
  }
  return ok([...new Set(references)]);
}
