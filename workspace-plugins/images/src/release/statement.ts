import type { AnyStatement } from "@slipway/attestation";
import {
  provenanceType,
  statementType,
  subjectNamed,
  subjectOf,
} from "@slipway/attestation/statement-types";
import { digestOf } from "@slipway/signature/basics";
import { z } from "zod";
import { sumsName } from "./artefacts.ts";

const buildType = "https://slipway.dev/definitions/v1";
const builder = "https://slipway.dev/agent-release/v1";

/** What is signed of a release: its sums, which name the rest. */
export const ReleaseStatement = z.strictObject({
  _type: z.literal(statementType),
  subject: subjectNamed(z.literal(sumsName)),
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
    subject: subjectOf(sumsName, digestOf(sums)),
    predicateType: provenanceType,
    predicate: {
      buildDefinition: { buildType, externalParameters: { version } },
      runDetails: { builder: { id: builder } },
    },
  };
}
