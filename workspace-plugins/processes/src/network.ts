import type { Result } from "@slipway/signature";
import type { UnitFailure } from "./failure.ts";

export type Tag = { readonly name: string; readonly value: string };

export type Reply = { readonly data: string; readonly tags: readonly Tag[] };

/** What a compute unit says of one message. With an `error` the process kept its state from before. */
export type Evaluation = {
  readonly error: string | undefined;
  /** Everything printed and returned, without terminal colours. */
  readonly output: string;
  readonly replies: readonly Reply[];
};

/** A signed item as it goes over the wire. Posting the same bytes twice makes one item. */
export type SignedItem = { readonly id: string; readonly raw: Uint8Array };

export type Keep = (item: SignedItem) => Promise<void>;

/** The message, scheduler and compute units of one network, asked with one wallet. */
export type AoNetwork = {
  /** The address of the wallet. */
  readonly owner: string;
  /** `keep` has the signed item before it is sent. The process id is not yet proof that anybody knows it. */
  readonly spawn: (tags: readonly Tag[], keep: Keep) => Promise<Result<string, UnitFailure>>;
  readonly send: (
    process: string,
    message: { readonly data: string; readonly tags: readonly Tag[] },
    keep: Keep,
  ) => Promise<Result<string, UnitFailure>>;
  /** Sends a kept item again; one that was already taken counts as sent. */
  readonly post: (item: SignedItem) => Promise<Result<void, UnitFailure>>;
  readonly isProcessKnown: (process: string) => Promise<Result<boolean, UnitFailure>>;
  readonly isAssigned: (process: string, message: string) => Promise<Result<boolean, UnitFailure>>;
  readonly result: (process: string, message: string) => Promise<Result<Evaluation, UnitFailure>>;
  /** Evaluates and throws the state away. Carries a nonce, so that no unit answers from memory. */
  readonly dryRun: (
    process: string,
    message: { readonly data?: string; readonly tags: readonly Tag[] },
  ) => Promise<Result<Evaluation, UnitFailure>>;
  /** Processes of this owner that carry all the tags, newest first. */
  readonly processesTagged: (
    tags: readonly Tag[],
  ) => Promise<Result<readonly string[], UnitFailure>>;
};

export type Endpoints = {
  readonly mu: string;
  readonly su: string;
  readonly cu: string;
  readonly gateway: string;
};

/** Where a deploy target is, and what a process there is made from. */
export type Site = Endpoints & {
  readonly module: string;
  readonly scheduler: string;
  readonly authority: string;
};
