/** One change of the registry. */
export type ReleaseStep =
  | { readonly step: "publish"; readonly version: string; readonly tag: string }
  | {
      readonly step: "move-tag";
      readonly tag: string;
      readonly version: string;
      readonly from: string | undefined;
    };

export type WithdrawStep =
  | { readonly step: "deprecate"; readonly version: string; readonly text: string }
  | Extract<ReleaseStep, { readonly step: "move-tag" }>
  | {
      readonly step: "publish-patch";
      readonly version: string;
      /** Whose content it has. */
      readonly of: string;
      readonly tag: string;
    };

/** A line of a plan: what is done to which package, and nothing of the time. */
export function stepLine(name: string, step: ReleaseStep | WithdrawStep): string {
  switch (step.step) {
    case "publish":
      return `publish ${name}@${step.version} as ${step.tag}`;
    case "move-tag":
      return `move ${step.tag} of ${name} from ${step.from ?? "nothing"} to ${step.version}`;
    case "deprecate":
      return `deprecate ${name}@${step.version}: ${step.text}`;
    case "publish-patch":
      return `publish ${name}@${step.version} as ${step.tag}, with the content of ${step.of}`;
  }
}

/** Rows for people: a line a step, and one for a version that has none. */
export function stepRows(
  versions: readonly {
    readonly name: string;
    readonly version: string;
    readonly steps: readonly (ReleaseStep | WithdrawStep)[];
  }[],
): readonly (readonly string[])[] {
  return versions.flatMap(({ name, version, steps }) =>
    steps.length === 0
      ? [[`${name}@${version}: nothing to do`]]
      : steps.map((step) => [stepLine(name, step)]),
  );
}
