import path from "node:path";
import type { Digest } from "@slipway/signature";
import { digestOf, parseDigest } from "@slipway/signature/digest";
import { readTextIfPresent } from "@slipway/signature/read-text";
import { saltVariable } from "@slipway/signature/salt";
import { ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import type { PipelinesFailure } from "./failure.ts";
import type { PipelineText } from "./plan/plan.ts";
import { lockFileOf } from "./modules/lock-file.ts";
import type { JobReads, JobSources, LockedText, SignedJobs } from "./sign-jobs.ts";

export type { SignedJobs } from "./sign-jobs.ts";

/** Counts how jobs are read: with a new number nothing that was remembered of them is believed. */
const memoSchema = 6;

export type JobSignatures = {
  /** By id, upstreams first. */
  readonly signatures: ReadonlyMap<string, Digest>;
  /** The jobs with their actions. `undefined`: nothing has changed since they were signed last. */
  readonly signed: SignedJobs | undefined;
  /** With their actions, which are found now where nothing has changed. `undefined`: a file has become unreadable. */
  readonly withActions: () => Promise<SignedJobs | undefined>;
};

/**
 * The signature of each job of a pipeline. As long as neither the file, its lock nor anything that its jobs read has
 * changed since this was asked last, nothing is parsed, matched or hashed; the code that does so is not even loaded.
 */
export async function jobSignatures(
  text: PipelineText,
  from: JobSources,
  signal: AbortSignal,
): Promise<Result<JobSignatures, PipelinesFailure>> {
  const lock = await readTextIfPresent(path.join(from.tree.folder, lockFileOf(text.file)));
  const pipeline = { ...text, lock };
  const { memo } = from.tree;
  const name = `jobs of ${pipeline.file}`;
  const known = readMemo(memo.get(name));
  if (known !== undefined && known.key === keyOf(known.reads, pipeline, from)) {
    return ok({
      signatures: known.signatures,
      signed: undefined,
      withActions: async () => {
        const { signJobs } = await import("./sign-jobs.ts");
        const found = await signJobs(pipeline, from, signal);
        return found.ok ? found.value : undefined;
      },
    });
  }
  const { signJobs } = await import("./sign-jobs.ts");
  const signed = await signJobs(pipeline, from, signal);
  if (!signed.ok) return signed;
  const { targets, reads } = signed.value;
  const signatures = new Map(
    [...targets].flatMap(([id, target]) => (target.ok ? [[id, target.value.signature]] : [])),
  );
  // One that failed is tried again the next time.
  if (signatures.size === targets.size) {
    const key = keyOf(reads, pipeline, from);
    memo.set(name, JSON.stringify([key, reads.folders, reads.env, Object.fromEntries(signatures)]));
  }
  return ok({ signatures, signed: signed.value, withActions: async () => signed.value });
}

/**
 * Equal texts for equal signatures of all jobs. Values of variables may be secret, so that their digest stands for them
 * together; where none is set nothing is digested, and what digests is not loaded.
 */
function keyOf(
  { folders, env }: JobReads,
  { file, text, lock }: LockedText,
  { tree, environment }: JobSources,
): string {
  const values = [saltVariable, ...env].map((name) => environment[name] ?? false);
  const isSet = values.some((value) => value !== false);
  return JSON.stringify([
    memoSchema,
    file,
    text,
    lock ?? false,
    folders.map((folder) => tree.versionOf(folder) ?? false),
    isSet ? digestOf(JSON.stringify(values)) : values.length,
  ]);
}

type Memo = {
  readonly key: string;
  readonly reads: JobReads;
  readonly signatures: ReadonlyMap<string, Digest>;
};

/** `undefined` for what is none of ours. */
function readMemo(text: string | undefined): Memo | undefined {
  const parsed: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!Array.isArray(parsed)) return undefined;
  const items: readonly unknown[] = parsed;
  const [key, folders, env, byId] = items;
  if (typeof key !== "string" || !isTexts(folders) || !isTexts(env)) return undefined;
  const signatures = readSignatures(byId);
  return signatures === undefined ? undefined : { key, reads: { folders, env }, signatures };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** From an object of digests by id; `undefined` for anything else. */
export function readSignatures(value: unknown): ReadonlyMap<string, Digest> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const signatures = new Map<string, Digest>();
  for (const [id, text] of Object.entries(value)) {
    const digest = typeof text === "string" ? parseDigest(text) : undefined;
    if (digest === undefined) return undefined;
    signatures.set(id, digest);
  }
  return signatures;
}
