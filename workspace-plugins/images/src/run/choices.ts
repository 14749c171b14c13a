import type { Obstacle } from "../catalogue/pairs.ts";

/** What an agent can be started as, from the definitions of all places. */
export type Choices = {
  readonly agent: string;
  /** Of the host, mounted at the same place. `~` is the home folder. */
  readonly agentPath: {
    readonly files: readonly string[];
    readonly directories: readonly string[];
  };
  /** Those that the agent goes on here. */
  readonly bases: readonly BaseChoice[];
  /** Those that it does not go on, and why. */
  readonly otherBases: readonly OtherBase[];
  /** In the order in which they go on an image. */
  readonly extensions: readonly ExtensionChoice[];
  /** Those that are made of this agent. */
  readonly extendedImages: readonly ExtendedChoice[];
};

export type OtherBase = { readonly name: string; readonly obstacle: Obstacle };

export type BaseChoice = { readonly name: string; readonly description: string };

export type ExtensionChoice = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `<path>` or `<path>:ro`, `~` allowed. */
  readonly shares: readonly string[];
};

export type ExtendedChoice = {
  readonly name: string;
  readonly base: string;
  readonly extensions: readonly string[];
  readonly reference: string;
};
