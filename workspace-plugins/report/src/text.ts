import type { Place } from "@slipway/signature";

/** One failure in words: what happened, the facts in a column, what to do, and where in a file. */
export type Text = {
  readonly what: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly hint?: string;
  readonly at?: Place;
};

/** One entry a reason: a new failure does not compile until it has its words. */
export type Texts<Failure extends { readonly reason: string }> = {
  readonly [Reason in Failure["reason"]]: (
    failure: Extract<Failure, { readonly reason: Reason }>,
  ) => Text;
};

/** Why a target did something, or did nothing, in a few words for the table of a run. */
export type Causes<Cause extends string> = { readonly [Name in Cause]: string };
