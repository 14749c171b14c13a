import { compareBytes } from "./byte-order.ts";
import type { SignatureFailure } from "./failure.ts";
import { explainCauses, rootCauses } from "./explain-causes.ts";
import type { RootCause } from "./explain-causes.ts";
import type { RecordedAction } from "./recorded-action.ts";
import type { SignedTargets } from "./sign-targets.ts";

/** What became of a target from one state of a workspace to another. */
export type TargetChange = { readonly target: string } & (
  | { readonly change: "added" | "removed" }
  | { readonly change: "changed"; readonly causes: readonly RootCause[] }
  /** It can be signed in one of the states only, or in neither. */
  | {
      readonly change: "unsigned";
      readonly at: "base" | "head";
      readonly failure: SignatureFailure;
    }
);

/** The targets whose work signature is another, by id, each with the root causes; those in neither list are the same. */
export async function compareSigned(
  base: SignedTargets,
  head: SignedTargets,
): Promise<readonly TargetChange[]> {
  const ids = [...new Set([...base.keys(), ...head.keys()])].toSorted(compareBytes);
  const changes: TargetChange[] = [];
  for (const target of ids) {
    const change = await compareTarget(target, base, head);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

async function compareTarget(
  target: string,
  base: SignedTargets,
  head: SignedTargets,
): Promise<TargetChange | undefined> {
  const [was, is] = [base.get(target), head.get(target)];
  if (is === undefined) return { target, change: "removed" };
  if (!is.ok) return { target, change: "unsigned", at: "head", failure: is.failure };
  if (was === undefined) return { target, change: "added" };
  if (!was.ok) return { target, change: "unsigned", at: "base", failure: was.failure };
  if (was.value.signature === is.value.signature) return undefined;
  const because = await explainCauses(await was.value.action(), await is.value.action(), {
    current: async (id) => actionOf(head, id),
    recorded: async (id) => actionOf(base, id),
  });
  return { target, change: "changed", causes: rootCauses(because) };
}

async function actionOf(signed: SignedTargets, id: string): Promise<RecordedAction | undefined> {
  const target = signed.get(id);
  return target?.ok === true ? target.value.action() : undefined;
}
