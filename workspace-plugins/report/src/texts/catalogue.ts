import type { ImagesFailure } from "@slipway/images";
import type { Texts } from "../text.ts";

/** Of these, `definition-invalid` has its words with the other definitions of images. */
type OwnFailure = Extract<ImagesFailure, { readonly reason: "definition-unknown" }>;

export const catalogueTexts: Texts<OwnFailure> = {
  "definition-unknown": ({ kind, name, known, near }) => ({
    what: `there is no ${describeKind(kind)} ${name}`,
    facts: { "did you mean": near.join(", "), known: known.join(", ") || "none" },
    hint: "slipway agent list says what there is, and where from",
  }),
};

function describeKind(kind: OwnFailure["kind"]): string {
  return kind === "image-extended" ? "extended image" : kind;
}
