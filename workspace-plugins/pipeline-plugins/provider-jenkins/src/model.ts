import type { Argument, Node } from "./groovy.ts";

/**
 * A declarative pipeline in the sections that the plugin pipeline-model-definition has: https://www.jenkins.io/doc/book/pipeline/syntax.
 * A section that is not there is not written.
 */
export type Pipeline = {
  readonly libraries: readonly string[];
  readonly environment: Environment;
  readonly options: readonly Node[];
  readonly parameters: readonly Node[];
  readonly triggers: readonly Node[];
  readonly stages: readonly Stage[];
};

export type Environment = readonly (readonly [name: string, value: Argument])[];

/** It has steps, or stages one after the other, or stages beside each other. */
export type Stage = {
  readonly name: string;
  /** A piece of Groovy: the stage is left out where it is not true. */
  readonly when?: string | undefined;
  readonly agent?: readonly Node[] | "any";
  readonly tools?: readonly Node[];
  readonly options?: readonly Node[];
  readonly environment?: Environment;
  readonly input?: readonly Node[];
  readonly steps?: readonly Node[];
  readonly stages?: readonly Stage[];
  readonly parallel?: readonly Stage[];
  /** Whatever came before. */
  readonly always?: readonly Node[];
};
