import type { SparseMemory } from "@slipway/aos";
import type { Check } from "../definition/check.ts";
import type { ProcessDefinition } from "../definition/process.ts";
import { textOf } from "../deploy/goal.ts";
import type { Goal } from "../deploy/goal.ts";
import { spawnTags } from "../deploy/spawn-settings.ts";
import type { SpawnSettings } from "../deploy/spawn-settings.ts";
import { sentinelOf } from "../evaluated-text.ts";
import type { Links } from "../evaluated-text.ts";
import type { Identity, Message } from "./machine.ts";
import type { NotLive } from "./report.ts";
import { nameLines } from "./source-lines.ts";
import type { FileOf, NameLine } from "./source-lines.ts";

/** One process as a deployment would make it. */
export type Candidate = {
  readonly process: string;
  /** What the deployment sends to be evaluated: head, code and foot. */
  readonly text: string;
  /** What `text` returns when it ran to its end. */
  readonly sentinel: string;
  /** Where the lines of `text` came from, for errors. */
  readonly nameLine?: NameLine | undefined;
  /** Valid and free to be made up: nobody is asked for it. */
  readonly identity: Identity;
  /** The text is the data of the item that spawns, and no message; its identity says so too. */
  readonly onBoot: boolean;
  /** Globals that an upgrade must keep. */
  readonly state: readonly string[];
  readonly checks: readonly Check[];
  /** Modules that only another module of the network provides: without them nothing can be said. */
  readonly external?: readonly string[] | undefined;
  /** Why it is not tried on what the process holds, where that was asked for. */
  readonly notLive?: NotLive | undefined;
  /** What an upgrade begins from; a new process without it. */
  readonly upgrade?: UpgradeFrom | undefined;
};

export type UpgradeFrom =
  /** A copy of what the process holds now. */
  | { readonly from: "live"; readonly memory: SparseMemory }
  /** What earlier code leaves in a new process, after these messages of its owner. */
  | {
      readonly from: "earlier-code";
      readonly text: string;
      readonly sentinel: string;
      readonly messages: readonly Message[];
    };

/** What a deployment knows beside its goal. */
type Circumstances = {
  readonly id: string;
  readonly links: Links;
  /** Handlers that an earlier code is known to have added. */
  readonly earlier: readonly string[];
  readonly fileOf?: FileOf | undefined;
};

/** What the deployment of a goal would send, to be tried as its definition says. */
export function candidateOf(
  goal: Goal,
  { state, checks, bundle }: Pick<ProcessDefinition, "state" | "checks" | "bundle">,
  { id, links, earlier, fileOf }: Circumstances,
): Candidate {
  const { name, settings, code, codeDigest } = goal;
  const text = textOf(goal, links, earlier);
  return {
    process: name,
    text,
    sentinel: sentinelOf(codeDigest),
    nameLine: fileOf === undefined ? undefined : nameLines(text, code, fileOf),
    identity: identityOf(settings, id),
    onBoot: settings.onBoot,
    state,
    checks,
    external: bundle.external,
  };
}

/** Everything that a deployed process finds of itself. */
function identityOf(settings: SpawnSettings, id: string): Identity {
  const { made, owner } = settings;
  const { module, scheduler, authority } = made;
  const tags = [
    { name: "Data-Protocol", value: "ao" },
    { name: "Variant", value: "ao.TN.1" },
    { name: "Type", value: "Process" },
    { name: "Module", value: module },
    { name: "Scheduler", value: scheduler },
    { name: "Authority", value: authority },
    ...spawnTags(settings),
  ];
  return { id, owner, module, tags };
}
