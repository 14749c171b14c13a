import type { Digest } from "@slipway/signature";

/** The code of a process, and the ids that it was told of other processes. */
export type CodeAndLinks = { readonly code: Digest; readonly links: Digest };

/**
 * `agrees`: what the record says is live, and is what is bundled. `behind`: it is live, and something else is bundled.
 * `drifted`: somebody replaced what we deployed. `unfinished`: spawned by us, and no code was ever proven.
 */
export type EnvironmentState =
  | "agrees"
  | "behind"
  | "drifted"
  | "unfinished"
  | "gone"
  | "unreachable"
  | "never-deployed";

/** Which of these are no fault of an environment: nobody said that it should be any newer. */
const sound: ReadonlySet<EnvironmentState> = new Set(["agrees", "behind", "never-deployed"]);

export function isSound(state: EnvironmentState): boolean {
  return sound.has(state);
}

/**
 * By three things that can differ. `recorded`: `unproven` was spawned and no more. `wanted` is `undefined` where nothing
 * is bundled. `live`: `unread` could not be asked for.
 */
export function stateOf(seen: {
  readonly recorded: CodeAndLinks | "unproven" | undefined;
  readonly live: CodeAndLinks | "undeployed" | "gone" | "unread";
  readonly wanted: CodeAndLinks | undefined;
}): EnvironmentState {
  const { recorded, live, wanted } = seen;
  if (recorded === undefined) return "never-deployed";
  if (live === "unread") return "unreachable";
  if (live === "gone") return "gone";
  if (recorded === "unproven") return "unfinished";
  if (live === "undeployed" || !isSame(live, recorded)) return "drifted";
  return wanted === undefined || isSame(wanted, recorded) ? "agrees" : "behind";
}

/** Of a process that runs the code of one that is known, and was told other ids: both. */
export function linksApart(
  live: CodeAndLinks | string,
  known: readonly (CodeAndLinks | string | undefined)[],
): { readonly expected: Digest; readonly live: Digest } | undefined {
  if (typeof live === "string") return undefined;
  for (const each of known) {
    if (typeof each !== "object" || each.code !== live.code || each.links === live.links) continue;
    return { expected: each.links, live: live.links };
  }
  return undefined;
}

function isSame(a: CodeAndLinks, b: CodeAndLinks): boolean {
  return a.code === b.code && a.links === b.links;
}
