export type DependencyKind = "runtime" | "dev";

/** As `aigogo.json` has it. */
export type Dependency = {
  readonly package: string;
  readonly version: string;
  readonly optional?: boolean | undefined;
};

export const kindNames = { runtime: "runtime", dev: "development" } as const;
