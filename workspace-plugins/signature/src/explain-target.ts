import { readSuccesses } from "./action-index.ts";
import { readRecordedAction } from "./action-records.ts";
import type { Digest } from "./digest.ts";
import { explainSignature } from "./explain.ts";
import type { Difference } from "./explain.ts";
import { explainCauses } from "./explain-causes.ts";
import type { Because } from "./explain-causes.ts";
import type { SignatureFailure } from "./failure.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { SignedTargets } from "./sign-targets.ts";
import { idsNear } from "./target-names.ts";

/**
 * `may-run`: nothing is other but what it builds on. Nx compares what upstreams made, so that it runs where one of them
 * makes other bytes and is served where all make the same.
 */
export type Verdict = "will-run" | "will-not-run" | "may-run" | "runs-every-time";

export type Explanation = {
  readonly target: string;
  readonly verdict: Verdict;
  /** One that is not cached always runs. */
  readonly isCached: boolean;
  /** At its last success; `undefined`: none is on record. */
  readonly before: Digest | undefined;
  readonly after: Digest;
  readonly because: Because;
  /** Declared patterns for files that match none: a name is wrong, or there is nothing yet. */
  readonly unmatchedPatterns: readonly string[];
};

/**
 * Why a target would run now, or why not, against its last success. `known` are the ids of all, to name those near to
 * one that there is not; `signed` need be no more than the target and all that it builds on.
 */
export async function explainTarget(
  id: string,
  from: {
    readonly known: readonly string[];
    readonly signed: SignedTargets;
    /** Of the recorded actions. */
    readonly folder: string;
  },
): Promise<Result<Explanation, SignatureFailure>> {
  const { known, signed, folder } = from;
  const target = signed.get(id);
  if (target === undefined)
    return fail({ reason: "target-not-signed", target: id, near: idsNear(id, known) });
  if (!target.ok) return target;
  const { signature, definition } = target.value;
  const before = (await readSuccesses(folder)).get(id);
  const explanation = {
    target: id,
    isCached: definition.isCached,
    before,
    after: signature,
    unmatchedPatterns: target.value.unmatchedPatterns(),
  };
  // The actions name every file: nothing is read where there is nothing to explain.
  if (before === signature) {
    const verdict = verdictOf(definition.isCached, "will-not-run");
    return ok({ ...explanation, verdict, because: { upstreams: [], differences: [] } });
  }
  const recorded = await readRecordedAction(folder, id, before);
  if (!recorded.ok) return recorded;
  const action = await target.value.action();
  const verdict = verdictOf(
    definition.isCached,
    explainSignature(recorded.value, action).every(isOfUpstream) ? "may-run" : "will-run",
  );
  const because = await explainCauses(recorded.value, action, {
    current: async (upstream) => actionOf(signed, upstream),
    recorded: async (upstream, at) => {
      const found = await readRecordedAction(folder, upstream, at);
      // A damaged one explains no more than one that is gone; asked for by itself it is told.
      return found.ok ? found.value : undefined;
    },
  });
  return ok({ ...explanation, verdict, before: recorded.value?.signature, because });
}

function verdictOf(isCached: boolean, verdict: Verdict): Verdict {
  return isCached ? verdict : "runs-every-time";
}

/** Of one that it went on building on. */
function isOfUpstream(difference: Difference): boolean {
  return (
    difference.kind === "upstream-changed" &&
    difference.before !== undefined &&
    difference.after !== undefined
  );
}

async function actionOf(signed: SignedTargets, id: string): Promise<RecordedAction | undefined> {
  const target = signed.get(id);
  return target?.ok === true ? target.value.action() : undefined;
}
