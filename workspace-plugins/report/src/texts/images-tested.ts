import type { ImagesFailure } from "@slipway/images";
import { ingredientWords } from "../ingredient-words.ts";
import type { Texts } from "../text.ts";

type OwnFailure = Extract<ImagesFailure, { readonly reason: "image-unknown" | `tested-${string}` }>;

export const testedTexts: Texts<OwnFailure> = {
  "tested-too-large": ({ file, sizeBytes, mostBytes }) => ({
    what: "the record of tested images is larger than any that is written",
    facts: { file, bytes: sizeBytes, "at most": mostBytes },
    hint: "see what is in it; a record that is taken away is written anew",
  }),
  "tested-not-current": ({ image, reasons }) => ({
    what: `${image} was built here from other definitions than are here now`,
    facts: { why: reasons.map(ingredientWords).join("\n") },
    hint: "build and test it again, then record it",
  }),
  "tested-not-built": ({ image, target }) => ({
    what: `${image} has not been built here, so nothing has tested it`,
    facts: { "made by": target },
    hint: `npx nx run ${target}`,
  }),
  "tested-locked": ({ file }) => ({
    what: "another process writes the record of tested images",
    facts: { file },
    hint: "run the same command again when it has ended",
  }),
  "image-unknown": ({ image, known }) => ({
    what: `this workspace makes no image ${image}`,
    facts: { known: known.join("\n") },
    hint: "name it as slipway agent matrix does",
  }),
};
