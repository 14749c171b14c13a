/**
 * A target as the action is made from it. Nothing in it depends on the machine, the clock or the order in which
 * projects were found.
 */
export type TargetDefinition = {
  /** `project:target`. */
  readonly id: string;
  readonly project: string;
  /** Relative to the workspace, with slashes; `.` at its root. */
  readonly projectRoot: string;
  readonly executor: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: TargetInputs;
  /** Relative to the workspace. */
  readonly outputs: readonly string[];
  /** Ids of the targets whose results this one builds on. */
  readonly upstreams: readonly string[];
  readonly isCached: boolean;
};

export type TargetInputs = {
  /** A file is an input when any of the filesets has it. */
  readonly filesets: readonly Fileset[];
  /** Names of environment variables. */
  readonly env: readonly string[];
  /** Names of npm packages. */
  readonly tools: readonly string[];
  /** Names of variables whose values are secret, beside those that are so by `isSecret`. */
  readonly secrets?: readonly string[];
  /** Commands whose output says the version of something, for a shell at the root of the workspace. */
  readonly probes?: readonly string[];
  /** Files of JSON, YAML or TOML of which fields count, in whatever order and with whatever comments they stand there. */
  readonly jsonFields?: readonly JsonFields[];
};

/** Names of fields go down with dots: `compilerOptions.target`. In those left out, `*` is any key or item. */
export type JsonFields = {
  readonly pattern: string;
  /** `undefined`: all. */
  readonly fields: readonly string[] | undefined;
  readonly excludeFields: readonly string[];
};

/** Patterns are relative to the workspace and apply in order: `!pattern` takes out what those before it let in. */
export type Fileset = {
  readonly patterns: readonly string[];
  readonly includesIgnored: boolean;
  /** Whether each pattern that lets files in has to match one, be it only one that another takes out again. */
  readonly mustMatch?: boolean;
};
