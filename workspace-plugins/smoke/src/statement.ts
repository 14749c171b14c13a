import { statementType } from "@slipway/attestation/statement-types";
import { DigestText } from "@slipway/definitions/digest-text";
import { canonicalJson, digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { z } from "zod";
import { treeDigestOf } from "./tree.ts";

const predicateType = "https://slipway.dev/boot-transcript/v1";

const Text = z.string().max(65_536);
const Texts = z.array(Text).max(10_000);

const TreeFile = z.strictObject({
  path: Text,
  digest: DigestText,
  sizeBytes: z.int(),
  isExecutable: z.boolean(),
});

const Tree = z.strictObject({ digest: DigestText, files: z.array(TreeFile).max(100_000) });

const phaseNames = [
  "key",
  "inputs",
  "image",
  "first-run",
  "second-run",
  "compare",
  "golden",
] as const;

export type PhaseName = (typeof phaseNames)[number];

const Phase = z.strictObject({
  name: z.enum(phaseNames),
  state: z.enum(["passed", "failed", "skipped"]),
});

/** Equal bytes from two honest runs of the same thing, on any machine and day. */
export const Claims = z.strictObject({
  schema: z.literal(1),
  project: Text,
  /** Of what `smoke.yml` says, as canonical JSON. */
  definition: DigestText,
  image: z.strictObject({ reference: Text, imageId: DigestText, diffIds: z.array(DigestText) }),
  command: Texts,
  inputs: Tree,
  seal: z.strictObject({
    policy: z.record(Text, z.unknown()),
    policyDigest: DigestText,
    controls: z.array(z.strictObject({ control: Text, expected: Text, found: Text })),
  }),
  variations: z.strictObject({
    applied: z.array(z.strictObject({ name: Text, first: Text, second: Text })),
    notApplied: z.array(z.strictObject({ name: Text, why: Text })),
  }),
  outputs: Tree,
  golden: z.record(Text, DigestText),
  phases: z.array(Phase),
});

export type Claims = z.output<typeof Claims>;

/** What was seen while it ran, and is another time and place's business to be otherwise. */
export const Observation = z.strictObject({
  startedAt: z.iso.datetime(),
  engine: z.strictObject({ version: Text, os: Text, architecture: Text }),
  phases: z.array(z.strictObject({ name: z.enum(phaseNames), durationMs: z.number() })),
  /** Packets without a route, by run; absent where the kernel does not count. */
  networkAttempts: z.strictObject({ first: z.int().optional(), second: z.int().optional() }),
});

export type Observation = z.output<typeof Observation>;

const Subject = z.strictObject({ name: Text, digest: z.strictObject({ sha256: Text }) });

export const Statement = z.strictObject({
  _type: z.literal(statementType),
  subject: z.array(Subject).max(100_001),
  predicateType: z.literal(predicateType),
  predicate: z.strictObject({ claims: Claims, claimsDigest: DigestText, observation: Observation }),
});

export type Statement = z.output<typeof Statement>;

export function statementOf(claims: Claims, observation: Observation): Statement {
  return {
    _type: statementType,
    subject: subjectsOf(claims),
    predicateType,
    predicate: { claims, claimsDigest: claimsDigestOf(claims), observation },
  };
}

/** One line that two people can compare. */
function claimsDigestOf(claims: Claims): Digest {
  return digestOf(canonicalJson(claims));
}

/** The tree of outputs, each output, and the image. */
function subjectsOf({ outputs, image }: Claims): Statement["subject"] {
  const rows = [
    { name: "outputs", digest: outputs.digest },
    ...outputs.files.map(({ path, digest }) => ({ name: `outputs/${path}`, digest })),
    { name: image.reference, digest: image.imageId },
  ];
  return rows.map(({ name, digest }) => ({
    name,
    digest: { sha256: digest.slice("sha256:".length) },
  }));
}

/** The first phase that is missing or did not pass; success is this and nothing that a file says of itself. */
export function findUnpassedPhase(
  claims: Claims,
): { readonly phase: PhaseName; readonly state: string } | undefined {
  return phaseNames
    .map((phase) => ({
      phase,
      state: claims.phases.find(({ name }) => name === phase)?.state ?? "absent",
    }))
    .find(({ state }) => state !== "passed");
}

/** The first digest over other claims that these claims themselves refute. */
export function findContradiction(statement: Statement): string | undefined {
  const { claims, claimsDigest } = statement.predicate;
  if (claimsDigestOf(claims) !== claimsDigest) return "claimsDigest";
  if (treeDigestOf(claims.inputs.files) !== claims.inputs.digest) return "inputs";
  if (treeDigestOf(claims.outputs.files) !== claims.outputs.digest) return "outputs";
  if (digestOf(canonicalJson(claims.seal.policy)) !== claims.seal.policyDigest)
    return "seal policy";
  if (claims.seal.controls.some(({ expected, found }) => expected !== found))
    return "seal controls";
  return canonicalJson(subjectsOf(claims)) === canonicalJson(statement.subject)
    ? undefined
    : "subject";
}
