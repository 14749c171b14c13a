import type { Evaluate, EvaluationFailure, EvaluationReply, SparseMemory } from "@slipway/aos";
import { digestOf, hexOf, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { EvaluationAnswer } from "../network/evaluation.ts";
import type { Tag } from "../network/tag.ts";
import type { Evaluation } from "../network/network.ts";

/** What a process knows of itself: nothing of it need exist anywhere. */
export type Identity = {
  readonly id: string;
  readonly owner: string;
  readonly module: string;
  readonly tags: readonly Tag[];
};

export type Message = { readonly data: string; readonly tags: readonly Tag[] };

/** A process after its last message. */
export type State = { readonly memory: SparseMemory | undefined; readonly nonce: number };

/** One message evaluated; with an error the state keeps the memory from before it. */
export type Step = {
  readonly evaluation: Evaluation;
  readonly state: State;
  readonly gas: number | undefined;
};

/** One process on this machine, without a network: it keeps nothing, each step names the state that it starts from. */
export type Machine = {
  readonly spawn: (data: string) => Promise<Result<Step, EvaluationFailure>>;
  /** A message of the owner. */
  readonly send: (state: State, message: Message) => Promise<Result<Step, EvaluationFailure>>;
  /** The same, as a compute unit tries a message that nobody signed. */
  readonly dryRun: (state: State, message: Message) => Promise<Result<Step, EvaluationFailure>>;
};

/** A time of its own: the same messages leave the same memory on every machine and day. */
export const machineTimeMs = 1_700_000_000_000;

export function openMachine(
  evaluate: Evaluate,
  identity: Identity,
  timestampMs: number = machineTimeMs,
): Machine {
  const { id, owner, module, tags } = identity;
  const environment = {
    Process: { Id: id, Owner: owner, Tags: tags },
    Module: { Id: module, Owner: owner, Tags: [] },
  };
  const ask = async (
    before: State,
    message: Message,
    more: { readonly Id: string; readonly "Read-Only"?: true },
  ) => {
    const nonce = before.nonce + 1;
    const clock = { Timestamp: timestampMs, "Block-Height": 1_300_000 };
    const asked = { ...fieldsOf(identity, message, nonce), ...clock, ...more };
    const isTrial = more["Read-Only"] === true;
    const reply = await evaluate({ memory: before.memory, message: asked, environment, isTrial });
    return reply.ok ? ok(stepOf(before, nonce, reply.value)) : reply;
  };
  return {
    spawn: (data) => ask({ memory: undefined, nonce: -1 }, { data, tags }, { Id: id }),
    send: (state, message) =>
      ask(state, message, { Id: idOfText(`slipway message ${id} ${state.nonce + 1}`) }),
    dryRun: (state, message) =>
      ask(state, message, { Id: idOfText(`slipway dry-run ${id}`), "Read-Only": true }),
  };
}

/** An id that no item has: 43 characters of base64url, as those of items. */
export function idOfText(text: string): string {
  return Buffer.from(hexOf(digestOf(text)), "hex").toString("base64url");
}

function fieldsOf(
  { id, owner, module }: Identity,
  { data, tags }: Message,
  nonce: number,
): Readonly<Record<string, unknown>> {
  return {
    Target: id,
    Owner: owner,
    From: owner,
    Anchor: "",
    Tags: tags,
    Data: data,
    Module: module,
    Epoch: 0,
    Nonce: nonce,
    Cron: false,
  };
}

function stepOf(before: State, nonce: number, { result, memory, gas }: EvaluationReply): Step {
  return {
    evaluation: EvaluationAnswer.parse(result),
    state: { memory: memory ?? before.memory, nonce },
    gas,
  };
}
