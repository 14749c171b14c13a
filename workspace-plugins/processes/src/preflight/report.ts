import type { Digest } from "@slipway/signature";
import type { Change } from "./changes.ts";

/** A global of the process's own: not one that aos has by itself. */
export type OwnGlobal = {
  readonly name: string;
  readonly kind: string;
  /** Bytes of a string; entries of a table, those of tables in it included. */
  readonly size?: number | undefined;
};

/** What the code was evaluated on: a new process, a copy of a live one, or one that earlier code left. */
export type Basis = "fresh" | "live" | "earlier-code";

/** Why an upgrade was not tried on a copy of what the process holds, where that was asked for. */
export type NotLive = "not-deployed" | "other-module" | "unserved";

/** Why a process cannot be deployed as it is. */
export type Problem =
  | { readonly problem: "boot-failed"; readonly error: string }
  | { readonly problem: "earlier-code-failed"; readonly error: string }
  | { readonly problem: "code-failed"; readonly error: string }
  | { readonly problem: "code-endless"; readonly timeoutMs: number }
  | { readonly problem: "code-unproven"; readonly output: string }
  | { readonly problem: "inventory-unread"; readonly detail: string }
  | { readonly problem: "check-failed"; readonly action: string; readonly detail: string }
  | { readonly problem: "check-endless"; readonly action: string; readonly timeoutMs: number };

export type ProcessReport =
  | {
      readonly process: string;
      readonly basis: "none";
      readonly verdict: "not-tried";
      readonly problems: readonly [];
      /** What it requires and aos does not have: `external` in `ao.yml`. */
      readonly external: readonly string[];
    }
  | {
      readonly process: string;
      readonly basis: Basis;
      readonly notLive?: NotLive;
      readonly verdict: "not-evaluated";
      readonly problems: readonly Problem[];
    }
  | {
      readonly process: string;
      readonly basis: Basis;
      readonly notLive?: NotLive;
      readonly verdict: "passed" | "failed";
      readonly problems: readonly Problem[];
      /** How many were run. */
      readonly checks: number;
      /** Of the process's own, by name. */
      readonly handlers: { readonly before: readonly string[]; readonly after: readonly string[] };
      readonly globals: readonly OwnGlobal[];
      /** What an upgrade would take away, and declared state that is not there. */
      readonly changes: readonly Change[];
      /** Of the memory that the code leaves. */
      readonly stateDigest: Digest;
      readonly gas?: number;
    };

export type PreflightReport = {
  readonly version: 1;
  /** Of the module that evaluated. */
  readonly aos: Digest;
  readonly processes: readonly ProcessReport[];
};
