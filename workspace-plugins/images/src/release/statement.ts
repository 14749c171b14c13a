import type { AnyStatement } from "@slipway/attestation";
import { digestOf, hexOf } from "@slipway/signature";
import { z } from "zod";
import { sumsName } from "./artefacts.ts";

const statementType = "https://in-toto.io/Statement/v1";
/** SLSA provenance, version 1 (slsa.dev, "Provenance"). */
const provenanceType = "https://slsa.dev/provenance/v1";
const buildType = "https://slipway.dev/definitions/v1";
const builder = "https://slipway.dev/agent-release/v1";

/** What is signed of a release: its sums, which name the rest. */
export const ReleaseStatement = z.strictObject({
  _type: z.literal(statementType),
  subject: z.tuple([
    z.strictObject({
      name: z.literal(sumsName),
      digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ]),
  predicateType: z.literal(provenanceType),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: z.literal(buildType),
      externalParameters: z.strictObject({ version: z.string().max(128) }),
    }),
    runDetails: z.strictObject({ builder: z.strictObject({ id: z.literal(builder) }) }),
  }),
});

export type ReleaseStatement = z.output<typeof ReleaseStatement>;

/** No time and no place: the same release of the same key has the same statement. */
export function statementOf(sums: string, version: string): ReleaseStatement & AnyStatement {
  return {
    _type: statementType,
    subject: [{ name: sumsName, digest: { sha256: hexOf(digestOf(sums)) } }],
    predicateType: provenanceType,
    predicate: {
      buildDefinition: { buildType, externalParameters: { version } },
      runDetails: { builder: { id: builder } },
    },
  };
}
