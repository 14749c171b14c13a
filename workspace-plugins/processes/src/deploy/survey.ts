import { inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { linksDigestOf } from "../evaluated-text.ts";
import type { Links } from "../evaluated-text.ts";
import type { AoNetwork, Live, Transaction } from "../network/network.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import type { TaskContext } from "../task.ts";
import { decide } from "./decide.ts";
import type { Step, Wanted } from "./decide.ts";
import type { Goal } from "./goal.ts";
import { liveQuestion } from "./live.ts";
import { environmentTags, spawnDigestOf } from "./spawn-settings.ts";

/** What one process is wanted to be, among the others of its environment. */
export type WantedProcess = Goal & {
  readonly needs: readonly string[];
  readonly onBoot: boolean;
};

/** What is known of one process, and what is to be done with it. */
export type Surveyed = {
  readonly goal: WantedProcess;
  /** As recorded, or as found on the network by its owner and tags. */
  readonly record: ProcessRecord | undefined;
  readonly isFound: boolean;
  /** The recorded process, where an earlier one with the wanted settings was found in its place. */
  readonly replaced?: string;
  readonly live: Live | undefined;
  readonly step: Step;
};

/** How many processes are read or written at a time. */
export const atOnce = 8;

/**
 * Reads the live digest of each recorded process, searches once for all that are not, and decides. Whatever would be
 * spawned in place of a recorded process is searched for too: settings that come back find their process again.
 */
export async function survey(
  network: Pick<AoNetwork, "live" | "itemsTagged" | "owner">,
  {
    goals,
    record,
    strategy,
  }: {
    readonly goals: readonly WantedProcess[];
    readonly record: EnvironmentRecord;
    readonly strategy: Wanted["strategy"];
  },
  once: TaskContext["once"],
): Promise<Result<readonly Surveyed[], ProcessesFailure>> {
  const unknown = goals.filter(({ name }) => record.processes[name] === undefined);
  const found = await findLost(network, unknown);
  if (!found.ok) return found;
  const known = await inParallel(atOnce, goals, async (goal) => {
    const recorded = record.processes[goal.name];
    if (recorded !== undefined) {
      const live = await once(liveQuestion(recorded), () => network.live(recorded.process));
      return live.ok ? ok({ goal, record: recorded, isFound: false, live: live.value }) : live;
    }
    return lookAt(network, goal, found.value.get(spawnDigestOf(goal.settings)) ?? [], strategy);
  });
  if (!known.ok) return known;
  const decided = decideAll(known.value, network.owner, strategy);
  return returnToEarlier(network, { decided, strategy });
}

type Searched = {
  readonly decided: readonly Surveyed[];
  readonly strategy: Wanted["strategy"];
};

/** Decides again after a process was looked for that has the wanted settings, and is not the recorded one. */
async function returnToEarlier(
  network: Pick<AoNetwork, "live" | "itemsTagged" | "owner">,
  { decided, strategy }: Searched,
): Promise<Result<readonly Surveyed[], ProcessesFailure>> {
  const isReplaced = ({ step, record, isFound }: Surveyed): boolean =>
    step.step === "spawn" && record !== undefined && !isFound;
  const goals = decided.filter(isReplaced).map(({ goal }) => goal);
  const candidates = await findLost(network, goals);
  if (!candidates.ok) return candidates;
  const known = await inParallel(atOnce, decided, async (each) => {
    if (!isReplaced(each) || each.record === undefined) return ok(each);
    const all = candidates.value.get(spawnDigestOf(each.goal.settings)) ?? [];
    const earlier = all.filter(({ id }) => mayBe(id, each.record, each.goal, strategy));
    const found = await lookAt(network, each.goal, earlier, strategy);
    if (!found.ok) return found;
    return ok(found.value.isFound ? { ...found.value, replaced: each.record.process } : each);
  });
  return known.ok ? ok(decideAll(known.value, network.owner, strategy)) : known;
}

/** Those of which the history says that they ran other code need not be asked. */
function mayBe(
  id: string,
  record: ProcessRecord | undefined,
  { codeDigest }: WantedProcess,
  strategy: Wanted["strategy"],
): boolean {
  if (id === record?.process) return false;
  const ranOther = record?.history.some(
    (entry) => entry.process === id && (entry.codeDigest ?? codeDigest) !== codeDigest,
  );
  return strategy === "in-place" || ranOther !== true;
}

type Known = Omit<Surveyed, "step">;

/** Processes of this owner by the digest of their spawn settings, the newest first. */
async function findLost(
  network: Pick<AoNetwork, "itemsTagged">,
  goals: readonly WantedProcess[],
): Promise<Result<ReadonlyMap<string, readonly Transaction[]>, ProcessesFailure>> {
  const [first] = goals;
  if (first === undefined) return ok(new Map());
  const specs = goals.map(({ settings }) => spawnDigestOf(settings));
  const found = await network.itemsTagged([
    { name: "Type", values: ["Process"] },
    ...environmentTags(first.settings).map(({ name, value }) => ({ name, values: [value] })),
    { name: "Deploy-Spec", values: specs },
  ]);
  if (!found.ok) return found;
  return ok(Map.groupBy(found.value, specOf));
}

function specOf({ tags }: Transaction): string {
  return tags.find(({ name }) => name === "Deploy-Spec")?.value ?? "";
}

/** The newest process that is there and may become the wanted one. */
async function lookAt(
  network: Pick<AoNetwork, "live" | "owner">,
  goal: WantedProcess,
  candidates: readonly Transaction[],
  strategy: Wanted["strategy"],
): Promise<Result<Known, ProcessesFailure>> {
  for (const { id } of candidates) {
    const live = await network.live(id);
    if (!live.ok) return live;
    if (live.value === "gone") continue;
    const runsOther = typeof live.value === "object" && live.value.code !== goal.codeDigest;
    if (runsOther && strategy === "immutable") continue;
    return ok({ goal, record: foundRecord(network, goal, id), isFound: true, live: live.value });
  }
  return ok({ goal, record: undefined, isFound: false, live: undefined });
}

/** Of a process that nothing here knew of. */
export function foundRecord(
  { owner }: Pick<AoNetwork, "owner">,
  { settings }: Pick<Goal, "settings">,
  process: string,
): ProcessRecord {
  const spawnDigest = spawnDigestOf(settings);
  return { process, owner, spawnDigest, state: "spawned", history: [] };
}

/** A process that is spawned changes the links of all that need it, which may have others spawned: until none is left. */
export function decideAll(
  known: readonly Known[],
  owner: string,
  strategy: Wanted["strategy"],
): readonly Surveyed[] {
  const ids = new Map(known.map(({ goal, record }) => [goal.name, record?.process]));
  for (;;) {
    const decided = known.map((each) => ({
      ...each,
      step: stepOf(each, { owner, strategy, ids }),
    }));
    const spawned = decided.filter(
      ({ goal, step }) => step.step === "spawn" && ids.get(goal.name) !== undefined,
    );
    if (spawned.length === 0) return decided;
    for (const { goal } of spawned) ids.set(goal.name, undefined);
  }
}

function stepOf(
  { goal, record, isFound, live }: Known,
  settled: {
    readonly owner: string;
    readonly strategy: Wanted["strategy"];
    readonly ids: ReadonlyMap<string, string | undefined>;
  },
): Step {
  const { owner, strategy, ids } = settled;
  if (record === undefined || live === undefined)
    return { step: "spawn", cause: "first-deployment" };
  const links = linksOf(goal, ids);
  const step = decide(record, live, {
    owner,
    strategy,
    spawnDigest: spawnDigestOf(goal.settings),
    codeDigest: goal.codeDigest,
    linksDigest: links === undefined ? undefined : linksDigestOf(links),
  });
  const cause: ProcessesCause = "process-adopted";
  return isFound && "cause" in step ? { ...step, cause } : step;
}

/** The ids that a process needs; `undefined` while one of them is not known. */
export function linksOf(
  { needs }: Pick<WantedProcess, "needs">,
  ids: ReadonlyMap<string, string | undefined>,
): Links | undefined {
  const links: Record<string, string> = {};
  for (const name of needs) {
    const id = ids.get(name);
    if (id === undefined) return undefined;
    links[name] = id;
  }
  return links;
}
