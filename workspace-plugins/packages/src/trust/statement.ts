import type { AnyStatement } from "@slipway/attestation";
import {
  provenanceType,
  statementType,
  subjectNamed,
  subjectOf,
} from "@slipway/attestation/statement-types";
import { isDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { z } from "zod";

const buildType = "https://slipway.dev/agent-package/v1";
const builder = "https://slipway.dev/pack/v1";

/** What is signed of a package: its image manifest is the subject, its integrity what a lock can be held against. */
export const PackageStatement = z.strictObject({
  _type: z.literal(statementType),
  subject: subjectNamed(z.string().max(1024)),
  predicateType: z.literal(provenanceType),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: z.literal(buildType),
      externalParameters: z.strictObject({
        integrity: z.string().refine(isDigest, "sha256: and 64 lower-case hex digits"),
      }),
    }),
    runDetails: z.strictObject({
      builder: z.strictObject({ id: z.literal(builder) }),
    }),
  }),
});

export type PackageStatement = z.output<typeof PackageStatement>;

export type Signed = {
  /** `host[:port]/path` */
  readonly repository: string;
  readonly manifestDigest: Digest;
  readonly integrity: Digest;
};

/** No time and no place: the same package of the same key has the same statement. */
export function statementOf({
  repository,
  manifestDigest,
  integrity,
}: Signed): PackageStatement & AnyStatement {
  return {
    _type: statementType,
    subject: subjectOf(repository, manifestDigest),
    predicateType: provenanceType,
    predicate: {
      buildDefinition: { buildType, externalParameters: { integrity } },
      runDetails: { builder: { id: builder } },
    },
  };
}
