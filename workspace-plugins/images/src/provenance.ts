import path from "node:path";
import type { AnyStatement } from "@slipway/attestation";
import {
  provenanceType,
  Sha256Hex,
  statementType,
  subjectNamed,
  subjectOf,
} from "@slipway/attestation/statement-types";
import {
  fail,
  hexOf,
  ok,
  parseDigest,
  parseJson,
  readTextIfPresent,
  writeJson,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { Ingredients } from "./ingredients.ts";
import { readLayoutTable } from "./layout.ts";
import type { PublishFailure } from "./publish/failure.ts";
import type { ImageReceipt } from "./receipt.ts";

const buildType = "https://slipway.dev/agent-image/v1";
const builder = "https://slipway.dev/image-build/v1";

const Text = z.string().max(1024);

const Dependency = z.strictObject({
  /** A row of the table of ingredients; those of what lies below are `base <row>`. */
  name: Text,
  uri: Text.optional(),
  digest: z.union([
    z.strictObject({ sha256: Sha256Hex }),
    z.strictObject({ gitCommit: z.string().regex(/^[0-9a-f]{40,64}$/) }),
  ]),
});

/** What is said of an image: its manifest is the subject, every ingredient that has a digest a dependency. */
export const ImageStatement = z.strictObject({
  _type: z.literal(statementType),
  subject: subjectNamed(Text),
  predicateType: z.literal(provenanceType),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: z.literal(buildType),
      externalParameters: z.strictObject({
        reference: Text,
        /** Rows of the table that are no digests, the version of the agent among them. */
        values: z.record(Text, Text),
      }),
      internalParameters: z.strictObject({
        imageId: Text,
        /** Of the task that built it. */
        workSignature: Text.optional(),
      }),
      resolvedDependencies: z.array(Dependency).max(1000),
    }),
    runDetails: z.strictObject({ builder: z.strictObject({ id: z.literal(builder) }) }),
  }),
});
export type ImageStatement = z.output<typeof ImageStatement>;

/** What the image itself does not tell of its build, and does not depend on. */
export type BuildRecord = {
  readonly workSignature?: Digest;
  /** The commit whose files they are, where none of them has been changed since. */
  readonly source?: { readonly uri?: string; readonly commit: string };
};

/** No time and no machine: the same build of the same files has the same provenance. */
export function provenanceOf(
  receipt: ImageReceipt,
  table: Ingredients,
  { workSignature, source }: BuildRecord,
): ImageStatement & AnyStatement {
  const rows = Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const dependencies = rows.flatMap(([name, value]) => dependencyOf(name, value) ?? []);
  const values = rows.filter(([name, value]) => dependencyOf(name, value) === undefined);
  const { reference, imageId, manifestDigest } = receipt;
  return {
    _type: statementType,
    subject: subjectOf(reference, manifestDigest),
    predicateType: provenanceType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { reference, values: Object.fromEntries(values) },
        internalParameters: {
          imageId,
          ...(workSignature === undefined ? {} : { workSignature }),
        },
        resolvedDependencies: [
          ...dependencies,
          ...(source === undefined ? [] : [sourceOf(source)]),
        ],
      },
      runDetails: { builder: { id: builder } },
    },
  };
}

type Dependency = z.output<typeof Dependency>;

/** A row is a digest, or a name and its digest. */
function dependencyOf(name: string, value: string): Dependency | undefined {
  const [, of, text = ""] = /^(?:(\S+) )?(sha256:\S+)$/.exec(value) ?? [];
  const digest = parseDigest(text);
  if (digest === undefined) return undefined;
  return { name, ...(of === undefined ? {} : { uri: of }), digest: { sha256: hexOf(digest) } };
}

function sourceOf({ uri, commit }: NonNullable<BuildRecord["source"]>): Dependency {
  return {
    name: "source",
    ...(uri === undefined ? {} : { uri: `git+${uri}` }),
    digest: { gitCommit: commit },
  };
}

const provenanceName = "provenance.json";

/** Beside the receipt of a layout, until it is signed for a registry. */
export async function writeProvenance(
  folder: string,
  receipt: ImageReceipt,
  record: BuildRecord,
): Promise<void> {
  const statement = provenanceOf(receipt, await tableOf(folder, receipt), record);
  await writeJson(path.join(folder, provenanceName), statement);
}

/** Of the image in a layout; the receipt alone tells enough of one that was built before there was such a file. */
export async function readProvenance(
  folder: string,
  receipt: ImageReceipt,
): Promise<Result<ImageStatement & AnyStatement, PublishFailure>> {
  const file = path.join(folder, provenanceName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return ok(provenanceOf(receipt, await tableOf(folder, receipt), {}));
  const read = ImageStatement.safeParse(parseJson(text));
  if (!read.success) return fail({ reason: "provenance-invalid", file });
  const described = read.data.subject[0].digest.sha256;
  const isOfImage = described === hexOf(receipt.manifestDigest);
  return isOfImage ? ok(read.data) : fail({ reason: "provenance-invalid", file });
}

/** The engine is in the receipt alone; what lies below is in the manifest. */
async function tableOf(folder: string, receipt: ImageReceipt): Promise<Ingredients> {
  return { ...(await readLayoutTable(folder, receipt.manifestDigest)), ...receipt.inputs };
}
