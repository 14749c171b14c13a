import type { Digest } from "./digest.ts";
import { explainSignature } from "./explain.ts";
import type { Difference } from "./explain.ts";
import type { RecordedAction } from "./recorded-action.ts";

/** Why a signature is another, down to what is no consequence of something else. Each cause is told once. */
export type Because = {
  /** What the target builds on and is another, with why. */
  readonly upstreams: readonly UpstreamChange[];
  /** What is different in the target itself and in nothing that it builds on. */
  readonly differences: readonly Difference[];
};

export type UpstreamChange = {
  readonly id: string;
  readonly before: Digest;
  readonly after: Digest;
} & (
  | { readonly state: "explained"; readonly because: Because }
  /** Another that was told before builds on it too. */
  | { readonly state: "told" }
  /** It has succeeded so often since that the action of that time is not kept any more. */
  | { readonly state: "not-on-record" }
);

/** Where the actions of upstreams are found. `undefined`: there is none. */
export type Actions = {
  readonly current: (id: string) => Promise<RecordedAction | undefined>;
  readonly recorded: (id: string, signature: Digest) => Promise<RecordedAction | undefined>;
};

export async function explainCauses(
  before: RecordedAction | undefined,
  after: RecordedAction,
  actions: Actions,
): Promise<Because> {
  return explainNode(before, after, { actions, upstreams: new Set(), differences: new Set() });
}

/** A cause, and the targets that it came through, the asked one's upstream first. */
export type RootCause = { readonly via: readonly string[]; readonly difference: Difference };

/** The leaves of the chains. */
export function rootCauses(because: Because, via: readonly string[] = []): readonly RootCause[] {
  const below = because.upstreams.flatMap((upstream): readonly RootCause[] => {
    const { id, before, after } = upstream;
    if (upstream.state === "explained") return rootCauses(upstream.because, [...via, id]);
    if (upstream.state === "told") return [];
    return [{ via, difference: { kind: "upstream-changed", id, before, after } }];
  });
  return [...below, ...because.differences.map((difference) => ({ via, difference }))];
}

type Told = {
  readonly actions: Actions;
  readonly upstreams: Set<string>;
  readonly differences: Set<string>;
};

async function explainNode(
  before: RecordedAction | undefined,
  after: RecordedAction,
  told: Told,
): Promise<Because> {
  const differences: Difference[] = [];
  const upstreams: UpstreamChange[] = [];
  // Upstreams before all else: a file that both declare is told where it came in.
  for (const difference of explainSignature(before, after)) {
    if (
      difference.kind === "upstream-changed" &&
      difference.before !== undefined &&
      difference.after !== undefined
    ) {
      const { id } = difference;
      const change = { id, before: difference.before, after: difference.after };
      upstreams.push(await explainUpstream(change, told));
    } else differences.push(difference);
  }
  return { upstreams, differences: differences.filter((one) => isNew(one, after.target, told)) };
}

async function explainUpstream(
  change: Pick<UpstreamChange, "id" | "before" | "after">,
  told: Told,
): Promise<UpstreamChange> {
  const key = `${change.id} ${change.before} ${change.after}`;
  if (told.upstreams.has(key)) return { ...change, state: "told" };
  told.upstreams.add(key);
  const before = await told.actions.recorded(change.id, change.before);
  const after = await told.actions.current(change.id);
  if (before === undefined || after === undefined) return { ...change, state: "not-on-record" };
  return { ...change, state: "explained", because: await explainNode(before, after, told) };
}

/** Of a target alone; everything else is the workspace's, and the same cause for all that have it. */
const ownKinds = [
  "option-changed",
  "output-changed",
  "executor-changed",
  "project-root-changed",
  "caching-changed",
];

function isNew(difference: Difference, target: string, { differences }: Told): boolean {
  const isOwn = ownKinds.includes(difference.kind);
  const key = JSON.stringify(isOwn ? [target, difference] : difference);
  if (differences.has(key)) return false;
  differences.add(key);
  return true;
}
