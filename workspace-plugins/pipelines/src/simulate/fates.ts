import type { NotStarted } from "./triggers.ts";

/** What a condition asked for, and what the run has there. */
export type Asked = { readonly what: string; readonly value: string | undefined };

/** What becomes of a job in a run, and why. */
export type Fate =
  | { readonly verdict: "run"; readonly because: "nothing-against" | "asks-for-ends" }
  | { readonly verdict: "waits" }
  | { readonly verdict: "skip"; readonly because: "not-started"; readonly why: NotStarted }
  | {
      readonly verdict: "skip";
      readonly because: "condition";
      readonly condition: string;
      readonly asked: readonly Asked[];
    }
  | { readonly verdict: "skip"; readonly because: "unchanged" }
  | {
      readonly verdict: "skip";
      readonly because: "ended-before";
      /** Ids of jobs before it that failed. */
      readonly failed: readonly string[];
    }
  /** Nobody knows before the run. */
  | {
      readonly verdict: "depends";
      readonly condition: string;
      readonly asked: readonly Asked[];
    };
