import { featuresOf } from "@slipway/pipeline-sdk/features";

const native = [
  "Graph.project Graph.workflows Graph.runners Graph.services Graph.caches Graph.environments",
  "Workflow.id Workflow.name Workflow.triggers Workflow.jobs Workflow.overrides",
  "ManualTrigger.inputs Input.name Input.type Input.description Input.default Input.options",
  "TYPE_STRING TYPE_BOOLEAN TYPE_CHOICE",
  "Job.id Job.name Job.needs Job.work Job.approval Job.overrides",
  "Work.runner Work.container Work.env Work.steps Work.caches Work.checkout Work.test_reports",
  "Container.image Container.credentials Container.user Container.entrypoint Credentials.username Credentials.password_secret",
  "Checkout.disabled Checkout.path",
  "Step.name Step.run Step.provider_step Step.restore_cache Step.save_cache Step.env",
  "Run.command Run.working_directory ProviderStep.provider ProviderStep.reference ProviderStep.with CacheStep.cache",
  "Variable.name Variable.value Value.literal Value.input",
  "Condition.literal Condition.status STATUS_SUCCESS STATUS_ALWAYS",
  "Service.id Service.container Service.env Service.command Port.container",
  "Cache.id Cache.paths Cache.key_parts KeyPart.text KeyPart.file KeyPart.platform",
  "Runner.id Runner.settings Override.provider Override.json",
  // Parts of something else, of which the way it is rendered is told.
  "Job.base Job.stage Job.matrix MatrixValue.dimension MatrixValue.value Step.origin Step.only_for",
  "Skip.mode MODE_AUTO MODE_ASKED MODE_NEVER PushTrigger.branches PushTrigger.branches_ignore PushTrigger.tags PushTrigger.tags_ignore",
  "Condition.comparison Condition.all Condition.any Condition.not Conditions.of Comparison.left Comparison.operator Comparison.right",
  "OPERATOR_EQUAL OPERATOR_MATCHES Value.fact Value.env Value.joined Value.step Values.of FACT_COMMIT FACT_BRANCH FACT_TAG FACT_RUN_NUMBER",
  "Output.name Output.step Output.output JobOutput.job JobOutput.name StepOutput.step StepOutput.name",
  "Artifact.name Artifact.paths Artifact.when Artifact.may_be_missing WHEN_SUCCESS WHEN_FAILURE WHEN_ALWAYS",
  "ArtifactUse.name ArtifactUse.jobs ArtifactUse.path Environment.id Environment.name ACCESS_NONE ACCESS_READ Retry.attempts",
  "Service.ports Health.interval_seconds Health.timeout_seconds Health.retries Health.start_period_seconds",
];

const when =
  "a condition of the workflow: which pushes make a pipeline is a setting of the project";
const shell = "by the shell of a step";
const shared = "by the workspace, under /tmp/slipway; the image has bash and tar";
const docker = "the ports are waited for; on a machine it is Docker's own";
const continued = "a setup configuration finds out which jobs run, and goes on with those";
const bounded = "by the program timeout around each command";

const emulated: Readonly<Record<string, string>> = {
  "Workflow.env": "variables of each of its jobs",
  "Workflow.permissions": "a job has no token of the host of the repository that could be bounded",
  "Workflow.concurrency": "by the project's setting Auto-cancel redundant workflows, if it cancels",
  "Triggers.push": when,
  "Triggers.pull_request":
    "a push to any branch: turn on Only build pull requests in the project's settings for those alone",
  "Triggers.schedules":
    "a scheduled workflow, which GitHub OAuth and Bitbucket Cloud have; beside a setup configuration a schedule trigger of the project's settings",
  "Triggers.manual": "a pipeline that is started in the app or by the API",
  "Triggers.merge_queue":
    "pushes to gh-readonly-queue/**, on which GitHub tries what is to be merged",
  "PullRequestTrigger.branches":
    "CircleCI does not tell where a pull request goes: it runs for all",
  "PullRequestTrigger.types": "opened, synchronize and reopened are pushes; others are refused",
  "Schedule.cron": "with lists of numbers for steps, ranges and names",
  "Schedule.branches": "the branches of the scheduled workflow, which has to name some",
  "Input.required": "empty where nobody gives it: a parameter of a pipeline needs a value",
  TYPE_NUMBER: "a text",
  "Job.condition":
    "a first step ends the job well where it does not hold; an expression in filters for an approval",
  "Approval.prompt": "people see the id of the job",
  "Work.services": "containers beside the job's; on a machine, by Docker. On localhost",
  "Work.artifacts": shared,
  "Work.uses_artifacts": shared,
  "Work.outputs": shared,
  "Work.environment": "the context of its name, which can hold its secrets and say who may use it",
  "Work.permissions": "a job has no token of the host of the repository that could be bounded",
  "Work.concurrency": "serial-group: jobs wait for each other",
  "Work.timeout_minutes": bounded,
  "Work.retry": "each command of the job is run again, five times at most, and not the job",
  "Work.may_fail":
    "its commands end well whatever they find, and a mark tells the steps after them",
  "Work.parallelism":
    "CircleCI's own; the variables SLIPWAY_PART (from 0) and SLIPWAY_PARTS say which run it is. No success of such a job is put on record",
  "Work.shell": "at each step",
  "Work.working_directory": "at each step",
  "Work.skip": continued,
  "Work.matrix_policy": "max_parallel alone",
  "MatrixPolicy.max_parallel": "a job of the matrix waits for the end of an earlier one",
  "Checkout.depth": "all of the history is fetched",
  "Checkout.submodules": shell,
  "Checkout.lfs": shell,
  "Checkout.tags": shell,
  "Step.id": "its outputs are a file, whose name the command finds in GITHUB_OUTPUT",
  "Step.condition": shell,
  "Step.upload": shared,
  "Step.download": shared,
  "Step.timeout_minutes": bounded,
  "Step.may_fail": shell,
  "Run.shell": "bash and sh are CircleCI's own; others get a file",
  "Artifact.retention_days": "as long as the plan says, for all artifacts",
  "Value.secret": "a variable of the project or of a context",
  "Value.setting": "a variable of the project or of a context",
  "Value.output": shared,
  FACT_EVENT: "a push to the branch of a pull request is an event of the pull request",
  FACT_ACTOR: "only people with an account of CircleCI have a name",
  FACT_HEAD_BRANCH: "of a fork it is pull/<number>",
  STATUS_FAILURE: "of a job that needs one other; of a step in any job",
  STATUS_CANCELLED: "of a job that needs one other; a cancelled job begins no step",
  "Permissions.default": "a job has no token that could be bounded; what may write is warned of",
  "Permissions.scopes": "a job has no token that could be bounded; what may write is warned of",
  ACCESS_WRITE: "a job has no token: put one into a context",
  "Concurrency.group": "letters, digits, dots, slashes, _ and -, and values of the pipeline",
  "Concurrency.cancel_in_progress": "by the project's setting Auto-cancel redundant workflows",
  "Environment.url": "printed by the last step",
  "Service.health": docker,
  "Port.host": "on a machine; beside a container a service keeps its ports",
  "Health.command": docker,
  "Cache.backend": "native; a plugin that keeps another puts its steps there",
};

const unmade = "the plugin of the module gives its steps before";

const missing: Readonly<Record<string, string>> = {
  "MatrixPolicy.fail_fast":
    "jobs of a matrix are jobs of their own, and do not stop each other: write fail_fast = false, or leave it out",
  FACT_BASE_BRANCH:
    "CircleCI does not tell where a pull request goes: ask the host of the repository in a step",
  "Step.module": unmade,
  "ModuleReference.name": unmade,
  "ModuleReference.number": unmade,
};

/** What of the graph CircleCI has: each field, and each value of an enumeration. */
export const features = featuresOf({ native, emulated, missing });
