import type { AnyStatement } from "@slipway/attestation";
import {
  Sha256Hex,
  provenanceType,
  statementType,
  subjectNamed,
  subjectOf,
} from "@slipway/attestation/statement-types";
import { hexOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { z } from "zod";
import { platforms } from "./manifest.ts";
import type { Platform } from "./manifest.ts";

const buildType = "https://slipway.dev/pipeline-module/v1";
const builder = "https://slipway.dev/publish/v1";

/** What is signed of a module: its manifest in the registry, and the content that a lock can be held against. */
export const ModuleStatement = z.strictObject({
  _type: z.literal(statementType),
  subject: subjectNamed(z.string().max(1024)),
  predicateType: z.literal(provenanceType),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: z.literal(buildType),
      externalParameters: z.strictObject({
        name: z.string(),
        version: z.string(),
        content: z.partialRecord(z.enum(platforms), Sha256Hex),
      }),
    }),
    runDetails: z.strictObject({ builder: z.strictObject({ id: z.literal(builder) }) }),
  }),
});
export type ModuleStatement = z.output<typeof ModuleStatement>;

export type Stated = {
  /** `host[:port]/path` */
  readonly repository: string;
  readonly manifestDigest: Digest;
  readonly name: string;
  readonly version: string;
  readonly content: Readonly<Partial<Record<Platform, Digest>>>;
};

/** No time and no place of a build: the same module of the same key has the same statement. */
export function moduleStatement({
  repository,
  manifestDigest,
  name,
  version,
  content,
}: Stated): ModuleStatement & AnyStatement {
  const digests: Partial<Record<Platform, string>> = {};
  for (const platform of platforms) {
    const digest = content[platform];
    if (digest !== undefined) digests[platform] = hexOf(digest);
  }
  return {
    _type: statementType,
    subject: subjectOf(repository, manifestDigest),
    predicateType: provenanceType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { name, version, content: digests },
      },
      runDetails: { builder: { id: builder } },
    },
  };
}
