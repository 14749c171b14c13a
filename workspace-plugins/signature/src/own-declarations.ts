/**
 * What targets declare of inputs beyond Nx's own words, as `metadata.slipway`. Nx knows nothing of it: it goes on to hash
 * a definition file byte by byte, and selects by it what is affected.
 */
export type OwnDeclarations = {
  /** Names of variables. */
  readonly secrets: readonly string[];
  /** Files that say what is to be made, and do not become a part of it. */
  readonly definitions: readonly DefinitionInput[];
};

/** A file of JSON, YAML or TOML that counts by its meaning, less the fields that only people read. */
export type DefinitionInput = {
  /** Below `{projectRoot}` or `{workspaceRoot}`. */
  readonly file: string;
  /** Names go down with dots; `*` is any key or item. */
  readonly excludeFields: readonly string[];
};

/** For the metadata of a target. */
export function ownDeclarations(definitions: readonly DefinitionInput[]): {
  readonly slipway: Pick<OwnDeclarations, "definitions">;
} {
  return { slipway: { definitions } };
}

/** `undefined` for what we do not know: an input that is not understood is none that may be left out. */
export function readOwnDeclarations(slipway: unknown): OwnDeclarations | undefined {
  if (slipway === undefined) return { secrets: [], definitions: [] };
  if (typeof slipway !== "object" || slipway === null) return undefined;
  const {
    secrets = [],
    definitions = [],
    ...others
  } = { ...slipway } as Readonly<Record<string, unknown>>;
  const isKnown = Object.keys(others).length === 0;
  const areRead = isTexts(secrets) && Array.isArray(definitions) && definitions.every(isDefinition);
  return isKnown && areRead ? { secrets, definitions } : undefined;
}

function isDefinition(value: unknown): value is DefinitionInput {
  if (typeof value !== "object" || value === null) return false;
  if (!("file" in value) || !("excludeFields" in value)) return false;
  return typeof value.file === "string" && isTexts(value.excludeFields);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
