import type { ExplainedJob, ExplainedProvider } from "@slipway/pipelines/explain";
import type { Difference, Digest } from "@slipway/signature";
import { shortDigest } from "@slipway/signature/digest";
import { printable } from "./printable.ts";
import { columns } from "./table.ts";
import { describeDifference } from "./texts/signature.ts";

/** What a job is signed by, now and at its last success on record. */
export type ExplainedSignature = {
  readonly now: Digest;
  readonly recorded: Digest | undefined;
  readonly differences: readonly Difference[];
  /** Paths of all files that count. */
  readonly files: readonly string[];
  readonly options: readonly string[];
  readonly env: readonly { readonly name: string; readonly state: string }[];
  readonly upstreams: readonly { readonly id: string; readonly signature: Digest }[];
};

export type JobExplanation = ExplainedJob & { readonly signature: ExplainedSignature | undefined };

/** Why a job will run or will not, what it is signed by, and what each provider makes of it. */
export function jobExplanationLines(job: JobExplanation): readonly string[] {
  const { workflow, condition, needs, triggers, signature, providers } = job;
  const values = Object.entries(job.values).map(([name, value]) => `${name} ${value}`);
  const rows = [
    ...triggers.map((text, at) => [at === 0 ? "  starts by" : "", text]),
    ...(condition === undefined ? [] : [["  if", condition]]),
    ...(needs.length === 0 ? [] : [["  after", needs.join(", ")]]),
    ...(values.length === 0 ? [] : [["  matrix", values.join(", ")]]),
    ["  left out", leftOut[job.skip]],
    ...(signature === undefined ? [] : signatureRows(signature)),
    ...providers.flatMap(providerRows),
  ];
  return [
    `${workflow}.${job.job} ${verdictOf(job)}`,
    ...(signature?.differences ?? []).map((one) => `  because ${describeDifference(one)}`),
    ...columns(rows),
  ].map(printable);
}

const leftOut = {
  off: "never: the file has no [skipping]",
  auto: "while its signature has succeeded; not where a clock or a person starts it",
  asked: "while its signature has succeeded, whatever starts it",
  never: "never",
} as const;

/** By the successes that are on record here; those of a run may be others. */
function verdictOf({ kind, skip, signature }: JobExplanation): string {
  if (kind === "approval") return "waits for a person";
  const isLeftOut = skip === "auto" || skip === "asked";
  if (signature?.recorded === undefined) {
    return isLeftOut ? "will run: no success of it is on record here" : "will run";
  }
  if (signature.recorded !== signature.now) return "will run: it is not as at its last success";
  return isLeftOut
    ? "will be left out: it is as at its last success"
    : "will run, though it is as at its last success";
}

function signatureRows({
  now,
  recorded,
  files,
  options,
  env,
  upstreams,
}: ExplainedSignature): readonly (readonly string[])[] {
  const was = recorded === undefined || recorded === now ? "" : `${shortDigest(recorded)} → `;
  const parts = [
    ["files", [`${files.length}`]],
    ["options", options],
    ["variables", env.map(({ name, state }) => `${name} (${state})`)],
    ["upstreams", upstreams.map(({ id, signature }) => `${id} (${shortDigest(signature)})`)],
  ] as const;
  return [
    ["  work signature", `${was}${shortDigest(now)}`],
    ...parts.flatMap(([name, of]) => (of.length === 0 ? [] : [[`    ${name}`, of.join(", ")]])),
  ];
}

function providerRows({
  provider,
  path,
  emulated,
  refused,
}: ExplainedProvider): readonly (readonly string[])[] {
  return [
    [`  ${provider}`, path],
    ...emulated.map(({ key, note }) => ["", `${key} by other means: ${note}`]),
    ...refused.map(({ key, note }) => ["", `${key} is refused: ${note}`]),
  ];
}
