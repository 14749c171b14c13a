/**
 * What an image is made from, by name: a digest or a value each. A receipt keeps the table as `inputs`. What could not
 * be found out when the image was made is `unknownIngredient`.
 */
export type Ingredients = Readonly<Record<string, string>>;

export const unknownIngredient = "unknown";

/** The value of `redistribution` where an image holds what only its user may have: it is never pushed. */
export const forbidden = "forbidden";

/** An ingredient as it is now. `missing` is certain; `unknown` is no answer, by which nothing is ever built. */
export type CurrentIngredient =
  | { readonly state: "known"; readonly value: string }
  | { readonly state: "missing" }
  | { readonly state: "unknown" };

export type CurrentIngredients = Readonly<Record<string, CurrentIngredient>>;

/** Why an image has to be built; `ingredient` is the name of a row of the table. */
export type BuildReason =
  | { readonly kind: "never-built" }
  | { readonly kind: "ingredient-added"; readonly ingredient: string; readonly now: string }
  | { readonly kind: "ingredient-removed"; readonly ingredient: string; readonly before: string }
  | { readonly kind: "ingredient-missing"; readonly ingredient: string; readonly before: string }
  | {
      readonly kind: "ingredient-changed";
      readonly ingredient: string;
      readonly before: string;
      readonly now: string;
      /** Where it is known which of its files are others; by their paths. */
      readonly files?: readonly FileChange[];
    };

/** `file` is relative to the workspace, or absolute. */
export type FileChange = {
  readonly file: string;
  readonly change: "new" | "gone" | "changed";
};

/**
 * One reason for each ingredient that is certainly not as it was recorded, in the order of the table; none: the image
 * stands. `undefined`: there is no receipt, or the image is gone.
 */
export function decideBuild(
  recorded: Ingredients | undefined,
  current: CurrentIngredients,
): readonly BuildReason[] {
  if (recorded === undefined) return [{ kind: "never-built" }];
  const names = new Set([...Object.keys(current), ...Object.keys(recorded)]);
  return [...names].flatMap((name) => reasonOf(name, recorded[name], current[name]) ?? []);
}

export function isEqualTable(a: Ingredients, b: Ingredients): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

/** The table of an image whose ingredients are all at hand. */
export function allKnown(ingredients: Ingredients): CurrentIngredients {
  return Object.fromEntries(
    Object.entries(ingredients).map(([name, value]) => [name, { state: "known", value }]),
  );
}

/** What a receipt keeps of a table. */
export function recordable(current: CurrentIngredients): Ingredients {
  return Object.fromEntries(
    Object.entries(current).map(([name, now]) => [
      name,
      now.state === "known" ? now.value : unknownIngredient,
    ]),
  );
}

/** The same files make another image on another platform, and may on another engine; a patch of it changes nothing. */
export function engineIngredients(engine: {
  readonly version: string;
  readonly platform: { readonly os: string; readonly architecture: string };
}): Ingredients {
  const { os, architecture } = engine.platform;
  return {
    platform: `${os}/${architecture}`,
    engine: engine.version.split(".").slice(0, 2).join("."),
  };
}

function reasonOf(
  ingredient: string,
  before: string | undefined,
  now: CurrentIngredient | undefined,
): BuildReason | undefined {
  if (before === unknownIngredient || now?.state === "unknown") return undefined;
  if (before === undefined) {
    return now?.state === "known"
      ? { kind: "ingredient-added", ingredient, now: now.value }
      : undefined;
  }
  if (now === undefined) return { kind: "ingredient-removed", ingredient, before };
  if (now.state === "missing") return { kind: "ingredient-missing", ingredient, before };
  return now.value === before
    ? undefined
    : { kind: "ingredient-changed", ingredient, before, now: now.value };
}
