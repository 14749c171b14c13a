import { canonicalJson, parseJson } from "@slipway/signature/basics";
import { z } from "zod";
import type { Ingredients } from "./ingredients.ts";

/** Of the manifest of each image that we make: its table, and of what it stands on too, as canonical JSON. */
export const ingredientsAnnotation = "dev.slipway.ingredients";

/** Of the row that names an image of ours below. */
const below = "base";

/** Says on what an image was built and not from what: another runner of CI has another. */
const ofEngine = /^(?:base )*engine$/;

/** Rows that an image shares with what it stands on. */
const shared = ["platform", "redistribution"];

/**
 * The table of an image for those who do not have what is below it: each row of that table is `base <row>` here. So
 * it is compared with definitions alone, of which none has to be built.
 */
export function flatTable<Value>(
  own: Readonly<Record<string, Value>>,
  of: Readonly<Record<string, Value>> | undefined,
): Readonly<Record<string, Value>> {
  const lower = of === undefined || !(below in own) ? [] : Object.entries(of);
  const rows = [
    ...Object.entries(own),
    ...lower
      .filter(([name]) => !shared.includes(name))
      .map(([name, value]): [string, Value] => [`${below} ${name}`, value]),
  ];
  return Object.fromEntries(rows.filter(([name]) => !ofEngine.test(name)));
}

export function annotationsOf(table: Ingredients): Readonly<Record<string, string>> {
  return { [ingredientsAnnotation]: canonicalJson(table) };
}

/** More rows than any image has, and longer ones. */
const mostRows = 1000;
const mostCharacters = 1000;

export const IngredientsTable = z
  .record(z.string().max(mostCharacters), z.string().max(mostCharacters))
  .refine((table) => Object.keys(table).length <= mostRows, "has too many rows");

/** `undefined`: nothing that we can read says what the image was made from. */
export function readAnnotation(
  annotations: Readonly<Record<string, string>> | undefined,
): Ingredients | undefined {
  return IngredientsTable.safeParse(parseJson(annotations?.[ingredientsAnnotation] ?? "")).data;
}
