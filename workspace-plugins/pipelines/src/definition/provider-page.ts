/** What a provider says that it renders by other means, or not at all, by name of the graph. */
type RenderedFeature = {
  readonly name: string;
  readonly support: "native" | "emulated" | "none";
  readonly note: string;
};

/** By name of the provider as people know it. */
export type ProviderFeatures = ReadonlyMap<string, readonly RenderedFeature[]>;

/** What each provider says of what is not its own, in the words of `cig.toml`. */
export function providerPage(providers: ProviderFeatures): string {
  return `## Providers

What a provider has itself is rendered as its own. What it has not is rendered by other means, or refused where it stands, with a
hint; nothing is left out in silence. Whether a value can be said, for example a glob, is told by the provider when it renders.
${[...providers].map(([name, features]) => section(name, features)).join("")}`;
}

function section(provider: string, features: readonly RenderedFeature[]): string {
  return `
### ${provider}

By other means:

${lines(features.filter(({ support }) => support === "emulated"))}

Refused:

${lines(features.filter(({ support }) => support === "none"))}
`;
}

/** A line for each note. */
function lines(features: readonly RenderedFeature[]): string {
  const said = features.flatMap(({ name, note }) => wordsOf(name).map((word) => ({ word, note })));
  return [...Map.groupBy(said, ({ note }) => note)]
    .map(([note, of]) => `- ${[...new Set(of.map(({ word }) => word))].join(", ")}: ${note}.`)
    .join("\n");
}

/** Where the parts of a message of the graph stand in the file. */
const messages: Readonly<Partial<Record<string, string>>> = {
  Graph: "",
  Workflow: "workflows.",
  Triggers: "triggers.",
  PushTrigger: "push.",
  PullRequestTrigger: "pull_request.",
  Schedule: "schedule.",
  ManualTrigger: "manual.",
  Input: "manual.inputs.",
  Job: "jobs.",
  Work: "jobs.",
  MatrixPolicy: "jobs.",
  Approval: "approval.",
  Step: "steps.",
  Run: "steps.",
  Checkout: "checkout.",
  Container: "image.",
  Credentials: "image.credentials.",
  Artifact: "artifacts.",
  ArtifactUse: "uses_artifacts.",
  Service: "services.",
  Port: "services.ports.",
  Health: "services.health.",
  Cache: "caches.",
  Environment: "environments.",
  Concurrency: "concurrency.",
  Runner: "runners.",
};

/** What is called otherwise there; empty for what has no word in it. */
const parts: Readonly<Partial<Record<string, string>>> = {
  "Job.base": "",
  "Job.condition": "`jobs.if`",
  "Job.work": "`jobs.steps`",
  "Job.id": "",
  "Workflow.jobs": "`jobs`",
  "Workflow.id": "",
  "Workflow.overrides": "",
  "Job.overrides": "",
  "Approval.prompt": "the text of `jobs.approval`",
  "Work.may_fail": "`jobs.continue_on_error`",
  "Work.matrix_policy": "",
  "Work.container": "`jobs.image`",
  "Retry.attempts": "`jobs.retry`",
  "MatrixValue.dimension": "`jobs.matrix`",
  "MatrixValue.value": "`jobs.matrix`",
  "Skip.mode": "",
  MODE_AUTO: "",
  MODE_ASKED: '`jobs.skip = "allowed"`',
  MODE_NEVER: '`jobs.skip = "never"`',
  "Step.condition": "`steps.if`",
  "Step.may_fail": "`steps.continue_on_error`",
  "Step.module": "",
  "Step.origin": "",
  "Step.provider_step": "`steps.uses` of one provider",
  "ModuleReference.name": "",
  "ModuleReference.number": "",
  "Container.image": "`image`",
  "Container.entrypoint": "`image.entrypoint`",
  "Service.id": "",
  "Service.container": "`services.image`",
  "Cache.id": "",
  "KeyPart.text": "`caches.key_parts`",
  "KeyPart.file": "`caches.key_parts`",
  "KeyPart.platform": "`caches`",
  "ArtifactUse.jobs": "`uses_artifacts.job`",
  "Runner.id": "",
  "Checkout.disabled": "`checkout = false`",
  "Output.name": "`jobs.outputs`",
  "Output.step": "`jobs.outputs`",
  "Output.output": "`jobs.outputs`",
  "JobOutput.job": "`{ output }`",
  "JobOutput.name": "`{ output }`",
  "StepOutput.step": "`{ step }`",
  "StepOutput.name": "`{ step }`",
  "Value.secret": "`{ secret }`",
  "Value.setting": "`setting.NAME` in conditions",
  "Value.output": "`{ output }`",
  "Value.input": "`{ input }`",
  "Value.fact": "`{ fact }`",
  "Value.step": "`{ step }`",
  "Value.env": "`env.NAME` in conditions",
  "Value.joined": "facts of the run in templates",
  "Value.literal": "texts",
  "Values.of": "facts of the run in templates",
  "Variable.name": "`env`",
  "Variable.value": "`env`",
  "CacheStep.cache": "",
  "Override.provider": "",
  "Override.json": "",
  "Permissions.default": "`permissions`",
  "Permissions.scopes": "`permissions`",
  "Environment.id": "`environments`",
  "Port.container": "`services.ports`",
  "Port.host": "`host:container` of `services.ports`",
  "Triggers.schedules": "`triggers.schedule`",
  "Graph.project": "`project.name`",
};

const values: readonly (readonly [prefix: string, says: (name: string) => string])[] = [
  ["FACT_", (name) => `the fact \`${name}\``],
  ["STATUS_", (name) => `\`${name}()\` in conditions`],
  ["ACCESS_", (name) => `\`permissions = "${name}"\``],
  ["TYPE_", (name) => `\`manual.inputs.type = "${name}"\``],
  ["WHEN_", (name) => `\`artifacts.when = "${name}"\``],
];

/** As the file says what the graph calls `name`; empty where it has no word for it. */
export function wordsOf(name: string): readonly string[] {
  const own = parts[name];
  if (own !== undefined) return own === "" ? [] : [own];
  const [message = "", field] = name.split(".");
  if (name === "OPERATOR_EQUAL") return ["`==` in conditions"];
  if (name === "OPERATOR_MATCHES") return ["`matches` in conditions"];
  if (["Condition", "Conditions", "Comparison"].includes(message)) return ["conditions"];
  const value = values.find(([prefix]) => name.startsWith(prefix));
  if (value !== undefined) {
    const [prefix, says] = value;
    return [says(name.slice(prefix.length).toLowerCase().replaceAll("_", "-"))];
  }
  const table = messages[message];
  return [table === undefined || field === undefined ? `\`${name}\`` : `\`${table}${field}\``];
}
