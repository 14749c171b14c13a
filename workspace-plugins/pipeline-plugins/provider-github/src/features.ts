import { featuresOf } from "@slipway/pipeline-sdk/features";

const native = [
  // Of the pipeline, and no part of a run; a matrix is jobs of their own, and a stage is among the needs.
  "Graph.project Job.base Job.stage Job.matrix MatrixValue.dimension MatrixValue.value Step.origin",
  "Graph.workflows Graph.runners Graph.services Graph.caches Graph.environments",
  "Workflow.id Workflow.name Workflow.triggers Workflow.env Workflow.permissions Workflow.concurrency Workflow.jobs Workflow.overrides",
  "Triggers.push Triggers.pull_request Triggers.schedules Triggers.manual Triggers.merge_queue",
  "PushTrigger.branches PushTrigger.branches_ignore PushTrigger.tags PushTrigger.tags_ignore",
  "PullRequestTrigger.branches PullRequestTrigger.types Schedule.cron ManualTrigger.inputs",
  "Input.name Input.type Input.description Input.default Input.required Input.options",
  "TYPE_STRING TYPE_BOOLEAN TYPE_NUMBER TYPE_CHOICE",
  "Job.id Job.name Job.needs Job.condition Job.work Job.overrides",
  "Work.runner Work.container Work.services Work.env Work.steps Work.caches Work.artifacts Work.uses_artifacts Work.outputs",
  "Work.environment Work.permissions Work.concurrency Work.timeout_minutes Work.may_fail Work.checkout Work.shell",
  "Work.working_directory Work.skip Work.matrix_policy",
  "Container.image Container.credentials Container.user Credentials.username Credentials.password_secret",
  "Checkout.disabled Checkout.depth Checkout.submodules Checkout.lfs Checkout.tags Checkout.path",
  "Step.id Step.name Step.condition Step.run Step.provider_step Step.restore_cache Step.save_cache Step.upload Step.download",
  "Step.env Step.timeout_minutes Step.may_fail Step.only_for",
  "Run.command Run.shell Run.working_directory ProviderStep.provider ProviderStep.reference ProviderStep.with CacheStep.cache",
  "Artifact.name Artifact.paths Artifact.retention_days Artifact.when Artifact.may_be_missing WHEN_SUCCESS WHEN_FAILURE WHEN_ALWAYS",
  "ArtifactUse.name ArtifactUse.jobs ArtifactUse.path Output.name Output.step Output.output",
  "Variable.name Variable.value Value.literal Value.secret Value.input Value.output Value.fact Value.env Value.joined Value.step",
  "Value.setting Values.of JobOutput.job JobOutput.name StepOutput.step StepOutput.name",
  "FACT_COMMIT FACT_BRANCH FACT_TAG FACT_EVENT FACT_BASE_BRANCH FACT_RUN_NUMBER FACT_ACTOR FACT_HEAD_BRANCH",
  "Condition.literal Condition.status Condition.comparison Condition.all Condition.any Condition.not Conditions.of",
  "STATUS_SUCCESS STATUS_FAILURE STATUS_ALWAYS STATUS_CANCELLED Comparison.left Comparison.operator Comparison.right",
  "Permissions.default Permissions.scopes ACCESS_NONE ACCESS_READ ACCESS_WRITE Concurrency.group Concurrency.cancel_in_progress",
  "Environment.id Environment.name Environment.url Service.id Service.container Service.env Service.ports Service.command Service.health",
  "Port.container Port.host Health.command Health.interval_seconds Health.timeout_seconds Health.retries Health.start_period_seconds",
  "Skip.mode MODE_AUTO MODE_ASKED MODE_NEVER Cache.backend",
  "Cache.id Cache.paths Cache.key_parts KeyPart.text KeyPart.file KeyPart.platform",
  "Runner.id Runner.settings Override.provider Override.json",
];

const emulated: Readonly<Record<string, string>> = {
  "Job.approval":
    "a job of the environment of its name: name required reviewers under Settings, Environments",
  "Approval.prompt": "the name of its only step",
  "MatrixPolicy.fail_fast":
    "jobs of a matrix are jobs of their own, and do not stop each other: only false can be rendered",
  "MatrixPolicy.max_parallel":
    "its jobs share as many concurrency groups of the run, with queue: max",
  "Work.parallelism":
    "a matrix; the variables SLIPWAY_PART (from 0) and SLIPWAY_PARTS say which run it is",
  "Work.test_reports": "kept as the artifact test-reports-<job>: GitHub reads no such file",
  "Container.entrypoint":
    "of services only: the container of a job is started by GitHub's own program",
  OPERATOR_EQUAL: "GitHub compares texts without regard to capital letters",
  OPERATOR_MATCHES:
    "by the beginning, the end or a part of a text, without regard to capital letters",
};

const missing: Readonly<Record<string, string>> = {
  "Schedule.branches":
    "GitHub runs schedules on the default branch alone: leave branches out, and check others out in a step",
  "Work.retry": "GitHub starts no job again by itself: repeat the command in its step",
  "Retry.attempts": "GitHub starts no job again by itself: repeat the command in its step",
  "Step.module": "the plugin of the module gives its steps before",
  "ModuleReference.name": "the plugin of the module gives its steps before",
  "ModuleReference.number": "the plugin of the module gives its steps before",
};

/** What of the graph GitHub has: each field, and each value of an enumeration. */
export const features = featuresOf({ native, emulated, missing });
