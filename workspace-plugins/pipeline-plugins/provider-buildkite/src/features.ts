import { featuresOf } from "@slipway/pipeline-sdk/features";

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
  "Graph.project Graph.services Graph.environments Workflow.name Workflow.env Triggers.push Triggers.pull_request",
  "Triggers.manual Triggers.merge_queue PushTrigger.branches PushTrigger.branches_ignore PushTrigger.tags",
  "PushTrigger.tags_ignore PullRequestTrigger.branches TYPE_NUMBER Job.base Job.stage Job.matrix",
  "MatrixValue.dimension MatrixValue.value Work.artifacts Work.uses_artifacts Work.outputs Work.shell",
  "Work.working_directory Step.id Step.condition Step.restore_cache Step.save_cache Step.upload Step.download",
  "Step.env Step.timeout_minutes Step.may_fail Step.origin Step.only_for Run.shell Run.working_directory",
  "ArtifactUse.name Output.step Output.output Value.fact Value.env Value.joined Value.step Values.of StepOutput.step",
  "StepOutput.name Condition.status STATUS_SUCCESS STATUS_FAILURE STATUS_ALWAYS Permissions.default",
  "Permissions.scopes ACCESS_NONE ACCESS_READ ACCESS_WRITE Environment.id Environment.name Environment.url",
  "Service.id Service.container Service.env Service.ports Service.command Service.health Port.container Port.host",
  "Health.command Health.interval_seconds Health.timeout_seconds Health.retries Health.start_period_seconds",
  "Cache.backend FACT_BRANCH FACT_EVENT FACT_HEAD_BRANCH",
];

const when =
  "as `if` of each step: the settings of the pipeline say for what a build is started, and have to let these through; one that is started again is manual";
const docker = "by docker on the agent, in the script of the step";
const noToken = "a job gets no token of the host of the repository; what is to write is warned of";
const page = "shown on the page of the build";

const emulated: Readonly<Record<string, string>> = {
  "Workflow.triggers": when,
  "Workflow.concurrency": "a gate: two steps of one group, before and after its jobs",
  "Workflow.permissions": noToken,
  "PullRequestTrigger.types": "opened, synchronize and reopened; others are refused",
  "ManualTrigger.inputs":
    "an input step of builds that a person starts in the browser; by the API they have the defaults, and other builds have none",
  "Job.condition": "as `if`, and what is known only later by the script of the job",
  "Work.services": docker,
  "Work.caches": "packed into a folder of the checkout, which the cache plugin keeps",
  "Work.environment": page,
  "Work.permissions": noToken,
  "Work.test_reports": "kept as artifacts; the Test Engine is set up beside",
  "MatrixPolicy.fail_fast": "a failed job stops those that run in all of the build",
  "Artifact.name": "files are found by their paths and their job",
  "Artifact.retention_days":
    "six months, and in a store of your own as it is told; what the file says is told as a diagnostic",
  "Concurrency.cancel_in_progress":
    "by Cancel Intermediate Builds in the settings of the pipeline, which a diagnostic asks for",
  STATUS_CANCELLED: "of steps; for a job it never holds, which is warned of",
  "KeyPart.platform": "the runner and the image",
};

const schedules = "a schedule is of the settings of a pipeline: make one there, with its cron";

const none: Readonly<Record<string, string>> = {
  "Triggers.schedules": schedules,
  "Schedule.cron": schedules,
  "Schedule.branches": schedules,
  "Checkout.path": "the agent has one folder for a checkout: write working_directory at the steps",
  "Step.module": "the core puts the steps of modules in its place",
  "ModuleReference.name": "the core puts the steps of modules in its place",
  "ModuleReference.number": "the core puts the steps of modules in its place",
};

/** What of the graph Buildkite has, and by which other means we say what it has not. */
export const features = featuresOf({ native, emulated, missing: none });
