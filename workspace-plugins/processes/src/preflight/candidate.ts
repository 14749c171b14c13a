import type { SparseMemory } from "@slipway/aos";
import type { Check } from "../definition/check.ts";
import type { Identity, Message } from "./machine.ts";
import type { NotLive } from "./report.ts";
import type { NameLine } from "./source-lines.ts";

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
  /** The text is the data of the item that spawns, and no message. */
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
