import { featuresOf } from "@slipway/pipeline-sdk/features";

const native = [
  "Graph.workflows Graph.runners Graph.services Graph.caches Graph.environments",
  "Workflow.id Workflow.name Workflow.triggers Workflow.env Workflow.concurrency Workflow.jobs Workflow.overrides",
  "Triggers.schedules Triggers.manual Schedule.cron Schedule.branches ManualTrigger.inputs",
  "Input.name Input.type Input.description Input.default Input.options",
  "TYPE_STRING TYPE_BOOLEAN TYPE_CHOICE",
  "Job.id Job.name Job.condition Job.work Job.approval Job.overrides Approval.prompt",
  "Work.runner Work.container Work.env Work.steps Work.artifacts Work.uses_artifacts",
  "Work.timeout_minutes Work.retry Work.may_fail Work.checkout Work.shell Work.working_directory Work.test_reports",
  "Container.image Container.user Credentials.password_secret Retry.attempts",
  "Checkout.disabled Checkout.depth Checkout.submodules Checkout.lfs Checkout.tags Checkout.path",
  "Step.name Step.condition Step.run Step.provider_step Step.upload Step.download",
  "Step.env Step.timeout_minutes Step.may_fail Step.only_for",
  "Run.command Run.shell Run.working_directory ProviderStep.provider ProviderStep.reference ProviderStep.with",
  "Artifact.paths Artifact.when Artifact.may_be_missing WHEN_SUCCESS WHEN_FAILURE WHEN_ALWAYS",
  "ArtifactUse.name ArtifactUse.jobs ArtifactUse.path",
  "Variable.name Variable.value Value.literal Value.input Value.fact Value.env Value.joined Values.of",
  "FACT_BRANCH FACT_TAG FACT_BASE_BRANCH FACT_RUN_NUMBER FACT_HEAD_BRANCH",
  "Condition.literal Condition.status Condition.comparison Condition.all Condition.any Condition.not Conditions.of",
  "STATUS_SUCCESS STATUS_FAILURE STATUS_ALWAYS Comparison.left Comparison.operator Comparison.right",
  "OPERATOR_EQUAL OPERATOR_MATCHES Concurrency.group",
  "Environment.id Environment.name Environment.url Service.id Cache.id Cache.paths Cache.key_parts",
  "KeyPart.text KeyPart.file KeyPart.platform Runner.id Runner.settings Override.provider Override.json",
];

const whole = "of the pipeline, and no part of a run";
const expanded = "its jobs are jobs of their own, with its values in their names";
const sidecar =
  "containers that a shell starts by docker on the machine of the job, in a network of its own, waits for, and removes";
const folder =
  "a folder beside the workspace, which a shell fills: kept for each branch on each machine, and on no other";
const project =
  "a multibranch project decides which branches, tags and pull requests are built; a run that is none of these leaves all stages out";
const token = "Jenkins gives a job no token: bind a credential as a secret";
const outputs = "the file that GITHUB_OUTPUT names is read after the step";
const archive = "of the archive as a whole: the longest of the file is the one of all runs";

const emulated: Readonly<Record<string, string>> = {
  "Graph.project": whole,
  "Workflow.permissions": token,
  "Triggers.push": project,
  "Triggers.pull_request": project,
  "Triggers.merge_queue": "builds of branches gh-readonly-queue/*: let the project discover them",
  "PushTrigger.branches": project,
  "PushTrigger.branches_ignore": project,
  "PushTrigger.tags": project,
  "PushTrigger.tags_ignore": project,
  "PullRequestTrigger.branches": project,
  "Input.required": "a first stage fails where it is empty",
  TYPE_NUMBER: "a text",
  "Job.base": whole,
  "Job.stage": "what it waits for is among the needs",
  "Job.needs": "stages of a level run beside each other, one level after the other",
  "Job.matrix": expanded,
  "MatrixValue.dimension": expanded,
  "MatrixValue.value": expanded,
  "Work.services": sidecar,
  "Work.caches": folder,
  "Work.outputs": outputs,
  "Work.environment":
    "its name and url stand in the log: let an approval wait before, and keep its credentials in a folder",
  "Work.permissions": token,
  "Work.concurrency": "a lock of the plugin Lockable Resources",
  "Work.skip": "a first stage asks which jobs run, a last one records those that ended well",
  "Work.matrix_policy": "by levels: see its fields",
  "Work.parallelism":
    "as many stages; the variables SLIPWAY_PART (from 0) and SLIPWAY_PARTS say which run it is",
  "MatrixPolicy.fail_fast": "false is how it is; true is warned about",
  "MatrixPolicy.max_parallel": "only so many are in one level",
  "Container.credentials": "the secret is the id of a credential of a user name with a password",
  "Container.entrypoint": "one word for a job, any number for a service",
  "Credentials.username": "part of the credential that password_secret names",
  "Skip.mode": "jobs of MODE_NEVER never ask",
  MODE_AUTO: "asks the first stage",
  MODE_ASKED: "asks the first stage",
  MODE_NEVER: "never asks",
  "Step.id": outputs,
  "Step.restore_cache": folder,
  "Step.save_cache": folder,
  "Step.origin": whole,
  "CacheStep.cache": folder,
  "Artifact.name": "of what is stashed for other jobs; the archive of a run has paths only",
  "Artifact.retention_days": archive,
  "Output.name": outputs,
  "Output.step": outputs,
  "Output.output": outputs,
  "Value.secret": "a credential of the kind secret text with this id",
  "Value.output": outputs,
  "Value.step": outputs,
  "Value.setting": "a global property, or one of the folder",
  "JobOutput.job": outputs,
  "JobOutput.name": outputs,
  "StepOutput.step": outputs,
  "StepOutput.name": outputs,
  FACT_COMMIT: "of what was checked out: that of a pull request may be a merge that nobody pushed",
  FACT_EVENT:
    "by the causes of the run; who starts a run of a workflow without manual runs a push again",
  FACT_ACTOR: "who opened the pull request or started the run; empty for a push",
  STATUS_CANCELLED: "never true: in a run that was stopped, Jenkins begins nothing any more",
  "Permissions.default": token,
  "Permissions.scopes": token,
  ACCESS_NONE: token,
  ACCESS_READ: token,
  ACCESS_WRITE: token,
  "Concurrency.cancel_in_progress":
    "of a workflow: a project of Jenkins is of one branch, and stops the run before; of a job it is warned about",
  "Service.container": sidecar,
  "Service.env": sidecar,
  "Service.ports": sidecar,
  "Service.command": sidecar,
  "Service.health": sidecar,
  "Port.container": sidecar,
  "Port.host": sidecar,
  "Health.command": sidecar,
  "Health.interval_seconds": sidecar,
  "Health.timeout_seconds": sidecar,
  "Health.retries": sidecar,
  "Health.start_period_seconds": sidecar,
  "Cache.backend": "native alone: others are for plugins",
};

const none: Readonly<Record<string, string>> = {
  "PullRequestTrigger.types":
    "Jenkins does not know what happened to a pull request: leave it out, or choose in its project",
  "Step.module": "put in by the core before",
  "ModuleReference.name": "put in by the core before",
  "ModuleReference.number": "put in by the core before",
};

/** What of a graph is rendered, and how. */
export const features = featuresOf({ native, emulated, missing: none });
