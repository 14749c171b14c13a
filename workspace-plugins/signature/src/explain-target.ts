import { readSuccesses } from "./action-index.ts";
import { readRecordedAction } from "./action-records.ts";
import type { Digest } from "./digest.ts";
import { explainCauses } from "./explain-causes.ts";
import type { Because } from "./explain-causes.ts";
import type { SignatureFailure } from "./failure.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { SignedTargets } from "./sign-targets.ts";
import { idsNear } from "./target-names.ts";

export type Explanation = {
  readonly target: string;
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
    return ok({ ...explanation, because: { upstreams: [], differences: [] } });
  }
  const recorded = await readRecordedAction(folder, id, before);
  if (!recorded.ok) return recorded;
  const because = await explainCauses(recorded.value, await target.value.action(), {
    current: async (upstream) => actionOf(signed, upstream),
    recorded: async (upstream, at) => {
      const found = await readRecordedAction(folder, upstream, at);
      // A damaged one explains no more than one that is gone; asked for by itself it is told.
      return found.ok ? found.value : undefined;
    },
  });
  return ok({ ...explanation, before: recorded.value?.signature, because });
}

async function actionOf(signed: SignedTargets, id: string): Promise<RecordedAction | undefined> {
  const target = signed.get(id);
  return target?.ok === true ? target.value.action() : undefined;
}
