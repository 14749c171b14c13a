import type { AnyStatement } from "@slipway/attestation";
import { Sha256Hex, statementType } from "@slipway/attestation/statement-types";
import { compareBytes, hexOf, parseDigest } from "@slipway/signature/basics";
import { z } from "zod";
import { Slug } from "../definition/words.ts";
import type { Digests } from "./gates.ts";

const predicateType = "https://slipway.dev/ao-promotion/v1";

/** That these codes of a project may go from one environment to another. */
export type Promotion = {
  readonly project: string;
  readonly from: string;
  readonly to: string;
  readonly digests: Digests;
};

export const PromotionStatement = z.strictObject({
  _type: z.literal(statementType),
  /** One process each. */
  subject: z
    .array(z.strictObject({ name: Slug, digest: z.strictObject({ sha256: Sha256Hex }) }))
    .min(1),
  predicateType: z.literal(predicateType),
  predicate: z.strictObject({
    project: z.string().min(1),
    from: Slug,
    to: Slug,
    approvedAt: z.iso.datetime(),
  }),
});
export type PromotionStatement = z.output<typeof PromotionStatement>;

export function statementOf(
  { project, from, to, digests }: Promotion,
  approvedAt: Date,
): PromotionStatement & AnyStatement {
  return {
    _type: statementType,
    subject: Object.entries(digests)
      .toSorted(([a], [b]) => compareBytes(a, b))
      .map(([name, digest]) => ({ name, digest: { sha256: hexOf(digest) } })),
    predicateType,
    predicate: { project, from, to, approvedAt: approvedAt.toISOString() },
  };
}

/** What a statement lets happen. A name that is given twice is no set of processes: nothing is let. */
export function promotionOf({ subject, predicate }: PromotionStatement): Promotion {
  const { project, from, to } = predicate;
  const pairs = subject.flatMap(({ name, digest }) => {
    const parsed = parseDigest(`sha256:${digest.sha256}`);
    return parsed === undefined ? [] : [[name, parsed] as const];
  });
  const digests = Object.fromEntries(pairs.toSorted(([a], [b]) => compareBytes(a, b)));
  const isOnce = Object.keys(digests).length === subject.length;
  return { project, from, to, digests: isOnce ? digests : {} };
}
