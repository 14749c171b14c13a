import type { MatrixReason } from "@slipway/images";

/** Why an image has to be built or tested, in a few words. */
export function ingredientWords(reason: MatrixReason): string {
  switch (reason.kind) {
    case "never-built":
      return "there was none";
    case "no-record":
      return "nothing to compare with";
    case "not-published":
      return "not in the registry";
    case "not-recorded":
      return "the registry has one that does not say what it was made from";
    case "never-tested":
      return "never tested";
    case "ingredient-added":
      return `${reason.ingredient} is new`;
    case "ingredient-removed":
    case "ingredient-missing":
      return `${reason.ingredient} is gone`;
    case "ingredient-changed":
      return `${reason.ingredient} has changed${filesOf(reason)}`;
  }
}

const mostNamed = 3;

function filesOf({
  files = [],
}: Extract<MatrixReason, { readonly kind: "ingredient-changed" }>): string {
  if (files.length === 0) return "";
  const named = files.slice(0, mostNamed).map(({ file }) => file);
  const more = files.length > mostNamed ? [`${files.length - mostNamed} more`] : [];
  return ` (${[...named, ...more].join(", ")})`;
}
