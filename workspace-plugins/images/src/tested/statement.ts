import type { AnyStatement } from "@slipway/attestation";
import { statementType, subjectNamed, subjectOf } from "@slipway/attestation/statement-types";
import type { Digest } from "@slipway/signature";
import { z } from "zod";
import type { Ingredients } from "../ingredients.ts";
import { IngredientsTable } from "../recorded-ingredients.ts";

const predicateType = "https://slipway.dev/tested/v1";

/** An image that passed its tests, and what it was made from. */
export type Tested = {
  /** `slipway/codex:debian` */
  readonly image: string;
  readonly manifest: Digest;
  /** `linux/amd64` */
  readonly platform: string;
  /** As the manifest of the image has it: definition, Dockerfile, base and its own rows, version. */
  readonly ingredients: Ingredients;
  readonly testedAt: Date;
};

export const TestedStatement = z.strictObject({
  _type: z.literal(statementType),
  subject: subjectNamed(z.string().min(1).max(512)),
  predicateType: z.literal(predicateType),
  predicate: z.strictObject({
    platform: z.string().regex(/^[a-z0-9]+\/[a-z0-9]+$/),
    ingredients: IngredientsTable,
    testedAt: z.iso.datetime(),
  }),
});

export type TestedStatement = z.output<typeof TestedStatement>;

export function statementOf(tested: Tested): TestedStatement & AnyStatement {
  const { image, manifest, platform, ingredients, testedAt } = tested;
  return {
    _type: statementType,
    subject: subjectOf(image, manifest),
    predicateType,
    predicate: { platform, ingredients, testedAt: testedAt.toISOString() },
  };
}
