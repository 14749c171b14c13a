import { Feature_Support } from "@slipway/pipeline-sdk/protocol";

type RenderedFeature = {
  readonly name: string;
  readonly support: Feature_Support;
  readonly note: string;
};

const native = [
  "Graph.workflows Graph.runners Graph.caches",
  "Workflow.id Workflow.jobs Workflow.overrides",
  "Input.name Input.type Input.description Input.default Input.required Input.options",
  "TYPE_STRING TYPE_BOOLEAN TYPE_CHOICE",
  "Job.id Job.name Job.needs Job.work Job.approval Job.overrides Approval.prompt",
  "Work.runner Work.container Work.env Work.steps Work.timeout_minutes Work.retry Work.may_fail Work.checkout",
  "Work.parallelism Work.skip MODE_AUTO MODE_NEVER MODE_ASKED Skip.mode Retry.attempts",
  "Container.image Container.credentials Container.user Container.entrypoint Credentials.username Credentials.password_secret",
  "MatrixPolicy.max_parallel Work.matrix_policy",
  "Checkout.disabled Checkout.depth Checkout.submodules Checkout.lfs Checkout.tags",
  "Step.name Step.run Step.provider_step Run.command",
  "ProviderStep.provider ProviderStep.reference ProviderStep.with CacheStep.cache",
  "Artifact.paths Artifact.when Artifact.may_be_missing WHEN_SUCCESS WHEN_FAILURE WHEN_ALWAYS ArtifactUse.jobs ArtifactUse.path",
  "Output.name JobOutput.job JobOutput.name",
  "Variable.name Variable.value Value.literal Value.secret Value.input Value.output Value.setting",
  "Condition.literal Condition.comparison Condition.all Condition.any Condition.not Conditions.of",
  "Comparison.left Comparison.operator Comparison.right OPERATOR_EQUAL OPERATOR_MATCHES",
  "Concurrency.group Work.concurrency",
  "Cache.id Cache.paths Cache.key_parts KeyPart.text KeyPart.file",
  "Runner.id Runner.settings Override.provider Override.json",
  "FACT_COMMIT FACT_TAG FACT_BASE_BRANCH FACT_RUN_NUMBER FACT_ACTOR",
];

const expanded = "its jobs are steps of their own, with its values in their names";
const when =
  "as `if` of each step: the settings of the pipeline say for what a build is started, and have to let these through";
const script = "by a script of the step, each with a shell of its own";
const docker = "by docker on the agent, in the script of the step";
const told = "set in the shell of the job, or compared in `if`";
const whole = "of the pipeline, and no part of a build";
const noToken = "a job gets no token of the host of the repository; what is to write is warned of";
const page = "shown on the page of the build";

const emulated: Readonly<Record<string, string>> = {
  "Graph.project": whole,
  "Graph.services": docker,
  "Graph.environments": page,
  "Workflow.name": "people see the name of the pipeline",
  "Workflow.triggers": when,
  "Workflow.env": "variables of each of its jobs",
  "Workflow.permissions": noToken,
  "Triggers.push": when,
  "Triggers.pull_request": when,
  "Triggers.manual": "a build that is started in the app or by the API",
  "Triggers.merge_queue": when,
  "PushTrigger.branches": when,
  "PushTrigger.branches_ignore": when,
  "PushTrigger.tags": when,
  "PushTrigger.tags_ignore": when,
  "PullRequestTrigger.branches": when,
  "PullRequestTrigger.types": "opened, synchronize and reopened; others are refused",
  "ManualTrigger.inputs": "an input step of builds that a person starts; others have the defaults",
  TYPE_NUMBER: "a text",
  "Job.base": whole,
  "Job.stage": "what it waits for is among the needs",
  "Job.matrix": expanded,
  "MatrixValue.dimension": expanded,
  "MatrixValue.value": expanded,
  "Job.condition": "as `if`, and what is known only later by the script of the job",
  "Work.services": docker,
  "Work.caches": "packed into a folder of the checkout, which the cache plugin keeps",
  "Work.artifacts": "by the agent, in the script of the step",
  "Work.uses_artifacts": "by the agent, in the script of the step",
  "Work.outputs": "meta-data of the build",
  "Work.environment": page,
  "Work.permissions": noToken,
  "Work.shell": script,
  "Work.working_directory": script,
  "Work.test_reports": "kept as artifacts; the Test Engine is set up beside",
  "MatrixPolicy.fail_fast": "a failed job stops those that run in all of the build",
  "Step.id": script,
  "Step.condition": script,
  "Step.restore_cache": "unpacked in its place; the plugin has it from the beginning of the job",
  "Step.save_cache": "packed in its place; the plugin keeps it after the job",
  "Step.upload": "by the agent, in the script of the step",
  "Step.download": "by the agent, in the script of the step",
  "Step.env": script,
  "Step.timeout_minutes": "by the program timeout, in the script of the step",
  "Step.may_fail": script,
  "Step.origin": whole,
  "Step.only_for": "the core takes out what is for others",
  "Run.shell": script,
  "Run.working_directory": script,
  "Artifact.name": "files are found by their paths and their job",
  "Artifact.retention_days":
    "six months, and in a store of your own as it is told; what the file says is told as a diagnostic",
  "Concurrency.cancel_in_progress":
    "by Cancel Intermediate Builds in the settings of the pipeline, which a diagnostic asks for",
  "ArtifactUse.name": "files are found by their paths and their job",
  "Output.step": script,
  "Output.output": script,
  "Value.fact": told,
  "Value.env": told,
  "Value.joined": told,
  "Value.step": script,
  "Values.of": told,
  "StepOutput.step": script,
  "StepOutput.name": script,
  "Condition.status": "a step asks in its script how those before it ended",
  STATUS_SUCCESS: "the usual",
  STATUS_FAILURE: "a step asks in its script how those before it ended",
  STATUS_ALWAYS: "dependencies that may fail; after a stop Buildkite begins no job",
  STATUS_CANCELLED: "of steps; for a job it never holds, which is warned of",
  "Permissions.default": noToken,
  "Permissions.scopes": noToken,
  ACCESS_NONE: noToken,
  ACCESS_READ: noToken,
  ACCESS_WRITE: noToken,
  "Environment.id": page,
  "Environment.name": page,
  "Environment.url": page,
  "Service.id": docker,
  "Service.container": docker,
  "Service.env": docker,
  "Service.ports": docker,
  "Service.command": docker,
  "Service.health": docker,
  "Port.container": docker,
  "Port.host": docker,
  "Health.command": docker,
  "Health.interval_seconds": docker,
  "Health.timeout_seconds": docker,
  "Health.retries": docker,
  "Health.start_period_seconds": docker,
  "Cache.backend":
    "native is what the cache plugin takes on the agent: files of its own; s3, gcs and azure by the variables of the plugin",
  "KeyPart.platform": "the runner and the image",
  FACT_BRANCH: told,
  FACT_EVENT: told,
  FACT_HEAD_BRANCH: told,
};

const schedules = "a schedule is of the settings of a pipeline: make one there, with its cron";

const none: Readonly<Record<string, string>> = {
  "Workflow.concurrency": "write concurrency at the jobs that have to be alone",
  "Triggers.schedules": schedules,
  "Schedule.cron": schedules,
  "Schedule.branches": schedules,
  "Checkout.path": "the agent has one folder for a checkout: write working_directory at the steps",
  "Step.module": "the core puts the steps of modules in its place",
  "ModuleReference.name": "the core puts the steps of modules in its place",
  "ModuleReference.number": "the core puts the steps of modules in its place",
};

/** What of the graph Buildkite has, and by which other means we say what it has not. */
export const features: readonly RenderedFeature[] = [
  ...native
    .flatMap((names) => names.split(" "))
    .map((name) => ({ name, support: Feature_Support.NATIVE, note: "" })),
  ...notedOf(emulated, Feature_Support.EMULATED),
  ...notedOf(none, Feature_Support.NONE),
];

function notedOf(
  notes: Readonly<Record<string, string>>,
  support: Feature_Support,
): readonly RenderedFeature[] {
  return Object.entries(notes).map(([name, note]) => ({ name, support, note }));
}
