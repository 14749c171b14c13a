import type {
  Graph,
  Job,
  Override,
  Place,
  Step,
  Value,
  Variable,
  Work,
  Workflow,
} from "@slipway/pipeline-sdk/graph";

export type JobIn = {
  readonly workflow: Workflow;
  readonly job: Job;
  /** `undefined`: it waits for a person. */
  readonly work: Work | undefined;
};

export function jobsIn({ workflows }: Graph): readonly JobIn[] {
  return workflows.flatMap((workflow) =>
    workflow.jobs.map((job) => ({
      workflow,
      job,
      work: job.kind.case === "work" ? job.kind.value : undefined,
    })),
  );
}

/** A text of the file, or the name of a secret, and what it is said for. */
export type StringIn = {
  readonly kind: "literal" | "secret";
  readonly text: string;
  /** Of the variable; empty for a command. */
  readonly name: string;
  readonly place: Place | undefined;
};

/** What a job and all that is for it alone say; of its workflow and its services what they have too. */
export function stringsIn(graph: Graph, { workflow, job, work }: JobIn): readonly StringIn[] {
  const services = graph.services.filter(({ id }) => work?.services.includes(id) === true);
  const containers = [work?.container, ...services.map(({ container }) => container)];
  return [
    ...ofVariables(workflow.env, workflow.place),
    ...ofVariables(work?.env ?? [], job.place),
    ...(work?.steps ?? []).flatMap((step) => ofStep(step)),
    ...services.flatMap(({ env, place }) => ofVariables(env, place)),
    ...containers.flatMap((container): readonly StringIn[] => {
      const text = container?.credentials?.passwordSecret ?? "";
      return text === "" ? [] : [{ kind: "secret", text, name: "", place: job.place }];
    }),
  ];
}

function ofStep({ kind, env, place }: Step): readonly StringIn[] {
  const own: readonly StringIn[] =
    kind.case === "run" ? [{ kind: "literal", text: kind.value.command, name: "", place }] : [];
  const inputs = kind.case === "providerStep" ? ofVariables(kind.value.with, place) : [];
  return [...own, ...inputs, ...ofVariables(env, place)];
}

function ofVariables(
  variables: readonly Variable[],
  outer: Place | undefined,
): readonly StringIn[] {
  return variables.flatMap(({ name, value, place }) =>
    ofValue(value).map((one) => ({ ...one, name, place: place ?? outer })),
  );
}

function ofValue(value: Value | undefined): readonly Pick<StringIn, "kind" | "text">[] {
  const kind = value?.kind;
  if (kind?.case === "literal" || kind?.case === "secret") {
    return [{ kind: kind.case, text: kind.value }];
  }
  return kind?.case === "joined" ? kind.value.of.flatMap(ofValue) : [];
}

/** What the file says to providers alone, of all that can say so. */
export function overridesIn(graph: Graph): readonly Override[] {
  return [
    ...graph.runners.flatMap(({ settings }) => settings),
    ...graph.workflows.flatMap((workflow) => [
      ...workflow.overrides,
      ...workflow.jobs.flatMap(({ overrides }) => overrides),
    ]),
  ];
}

/** `*` is any text, `?` one character. */
export function globMatches(glob: string, text: string): boolean {
  const pattern = glob.replaceAll(/[.+^${}()|[\]\\*?]/g, (one) =>
    one === "*" ? ".*" : one === "?" ? "." : `\\${one}`,
  );
  return new RegExp(`^(?:${pattern})$`, "s").test(text);
}
