import type { Obstacle } from "../catalogue/pairs.ts";

/** Why an agent is not started, or what is remembered of a project is not changed. */
export type RunFailure =
  | {
      readonly reason: "agent-unknown";
      readonly agent: string;
      readonly known: readonly string[];
    }
  | {
      readonly reason: "base-not-for-agent";
      readonly agent: string;
      readonly base: string;
      /** Absent: there is no such base. */
      readonly obstacle?: Obstacle;
      readonly known: readonly string[];
    }
  | {
      readonly reason: "extensions-unknown";
      readonly names: readonly string[];
      readonly known: readonly string[];
    }
  | {
      readonly reason: "extended-image-unknown";
      readonly agent: string;
      readonly name: string;
      readonly known: readonly string[];
    }
  | { readonly reason: "extended-image-name-invalid"; readonly name: string }
  /** By another agent, base or extensions. */
  | { readonly reason: "extended-image-taken"; readonly name: string; readonly file: string }
  /** Somebody has to decide, and there is no terminal to ask at. */
  | {
      readonly reason: "choice-open";
      readonly agent: string;
      readonly of: "base" | "extensions" | "shares";
      /** What is no longer as it was remembered. */
      readonly notes: readonly string[];
      readonly known: readonly string[];
    }
  | {
      readonly reason: "mount-refused";
      readonly path: string;
      /** `home`: it is the home folder or holds it; `system`: it would hide the image's own files; `guarded`: keys and the like, that nobody was asked for. */
      readonly because: "home" | "system" | "guarded";
    }
  /** By a link in a folder that the agent writes. */
  | { readonly reason: "mount-led-out"; readonly path: string; readonly source: string }
  | { readonly reason: "no-base-for-agent"; readonly agent: string }
  /** A question was not answered: Ctrl-C, or the end of the input. */
  | { readonly reason: "nothing-chosen" }
  | { readonly reason: "share-missing"; readonly path: string }
  | { readonly reason: "container-argument-unknown"; readonly problem: string }
  | { readonly reason: "memory-busy"; readonly file: string }
  | { readonly reason: "memory-absent"; readonly project: string; readonly agent?: string };
