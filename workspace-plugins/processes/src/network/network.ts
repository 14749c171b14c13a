import type { Digest, Result } from "@slipway/signature";
import type { UnitFailure } from "../failure.ts";
import type { ItemContent, SignedItem } from "./item.ts";
import type { SigningFailure } from "./signer.ts";
import type { Tag } from "./tag.ts";

export type Reply = { readonly data: string; readonly tags: readonly Tag[] };

/** What a compute unit says of one message. With an `error` the process kept its state from before. */
export type Evaluation = {
  readonly error: string | undefined;
  /** Everything printed and returned, without terminal colours. */
  readonly output: string;
  readonly replies: readonly Reply[];
};

/** What a process says of itself: of its code and links, that it was never deployed to, or nothing: it is not there. */
export type Live = { readonly code: Digest; readonly links: Digest } | "undeployed" | "gone";

export type Message = { readonly tags: readonly Tag[]; readonly data: string };

export type Mode = "legacy" | "mainnet";

/** An item as a gateway lists it. */
export type Transaction = {
  readonly id: string;
  readonly tags: readonly Tag[];
  /** A process, for a message. */
  readonly recipient: string;
  /** Of its block, in ms of the epoch; an item that is in none yet has none. */
  readonly at: number | undefined;
};

/** `isEnded`: with what was looked for, or as there are no more; else it was given up. */
export type Listed = { readonly items: readonly Transaction[]; readonly isEnded: boolean };

/** One network, asked with one wallet. Only `post` writes. */
export type AoNetwork = {
  readonly mode: Mode;
  /** The address of the wallet. */
  readonly owner: string;
  /** Signs a process, whose id is the item's, or a message to one. Nothing is sent. */
  readonly signSpawn: (
    made: MadeFrom,
    spawn: Message,
    how?: Pick<ItemContent, "isRepeatable">,
  ) => Promise<Result<SignedItem, Failed>>;
  readonly signMessage: (process: string, message: Message) => Promise<Result<SignedItem, Failed>>;
  /** The size of what would be signed, in bytes. */
  readonly spawnBytes: (made: MadeFrom, spawn: Message) => number;
  readonly messageBytes: (process: string, message: Message) => number;
  /** Sends an item; one that was taken before counts as sent. Answers with its place where the network says it. */
  readonly post: (
    process: string,
    item: SignedItem,
  ) => Promise<Result<string | undefined, UnitFailure>>;
  /** The place of an item in the history of its process; a spawn is in its own. `undefined`: nobody says. */
  readonly find: (
    process: string,
    item: string,
  ) => Promise<Result<string | undefined, UnitFailure>>;
  readonly result: (process: string, place: string) => Promise<Result<Evaluation, UnitFailure>>;
  /** One question, and one more where that is refused. No unit answers it from memory. */
  readonly live: (process: string) => Promise<Result<Live, UnitFailure>>;
  /** Evaluates and throws the state away. Carries a nonce, so that no unit answers from memory. */
  readonly dryRun: (
    process: string,
    message: { readonly data?: string; readonly tags: readonly Tag[] },
  ) => Promise<Result<Evaluation, Failed>>;
  /** What a process was sent since a moment, oldest first; each item once. */
  readonly scheduledSince: (
    process: string,
    since: Date,
  ) => Promise<Result<readonly Scheduled[], UnitFailure>>;
} & Gateway;

/** What was written once, found again by what it carries. */
export type Gateway = {
  /** Items of this owner that carry all the tags, each with one of its values; newest first. */
  readonly itemsTagged: (
    tags: readonly { readonly name: string; readonly values: readonly string[] }[],
  ) => Promise<Result<readonly Transaction[], UnitFailure>>;
  /** This owner's evaluations in a process, newest first, to the page that has one of ours. */
  readonly evaluationsIn: (
    process: string,
    isOurs: (item: Transaction) => boolean,
  ) => Promise<Result<Listed, UnitFailure>>;
  readonly itemTagsOf: (id: string) => Promise<Result<readonly Tag[] | undefined, UnitFailure>>;
  /** The data of an item; `undefined` when nobody has it. */
  readonly itemData: (id: string) => Promise<Result<string | undefined, UnitFailure>>;
};

/** A message of a process, as its scheduler lists it. */
export type Scheduled = {
  readonly id: string;
  /** The address that signed. */
  readonly from: string;
  /** In ms of the epoch, by the scheduler's clock. */
  readonly at: number;
  readonly tags: readonly Tag[];
};

/** A node is asked some questions by signed messages. */
export type Failed = SigningFailure | UnitFailure;

/** What a process is made from, and whom it trusts. */
export type MadeFrom = {
  readonly module: string;
  readonly scheduler: string;
  readonly authority: string;
};

/** Where a deploy target is. */
export type Site =
  | {
      readonly mode: "legacy";
      readonly mu: string;
      readonly su: string;
      readonly cu: string;
      readonly gateway: string;
    }
  | { readonly mode: "mainnet"; readonly url: string; readonly gateway: string };
