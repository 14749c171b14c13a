import { Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type { Job, Workflow } from "@slipway/pipeline-sdk/graph";
import type { OutputFile, Skipping } from "@slipway/pipeline-sdk/protocol";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { any, source } from "./logic.ts";
import { compact, quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { run } from "./run.ts";
import { acceptsTags, renderParameters, whenOfTriggers } from "./triggers.ts";
import { failedMark, folder, script } from "./words.ts";

/** Has git, curl and jq. */
const image = "cimg/base:2024.12";

const name = "signatures";

/** Of equal runs beside each other none knows how the others end, so that none could put a success of the job on record. */
export function isSkippable({ kind }: Job): boolean {
  if (kind.case !== "work" || kind.value.parallelism > 1) return false;
  const mode = kind.value.skip?.mode;
  return mode === Skip_Mode.AUTO || mode === Skip_Mode.ASKED;
}

/**
 * What every pipeline begins with: https://circleci.com/docs/guides/orchestrate/dynamic-config. One job finds out which jobs run, and goes on with a file
 * of those; whatever fails in it, with the file of all jobs.
 */
export function renderSetup(
  file: OutputFile,
  workflows: readonly Workflow[],
  skipping: Skipping,
): Table {
  const whens = workflows.map(({ triggers }) =>
    triggers === undefined ? undefined : whenOfTriggers(triggers, true),
  );
  const isAlways = whens.includes(undefined);
  const takesTags = workflows.some(({ triggers }) => acceptsTags(triggers));
  return compact({
    version: 2.1,
    setup: true,
    parameters: renderParameters(workflows),
    jobs: {
      [name]: {
        docker: [{ image }],
        steps: [
          "checkout",
          ...restoreSteps(workflows, skipping),
          decideStep(file, workflows, skipping),
          continueStep(file),
        ],
      },
    },
    workflows: {
      [name]: compact({
        when: isAlways ? undefined : any(whens.filter((when) => when !== undefined)),
        jobs: [takesTags ? { [name]: { filters: { tags: { only: "/.*/" } } } } : name],
      }),
    },
  });
}

/** The records of this branch, else those of a branch that the workflow is for. No name of a branch has a colon in it. */
function restoreSteps(
  workflows: readonly Workflow[],
  { folder: kept }: Skipping,
): readonly Table[] {
  if (kept === "") return [];
  return workflows.flatMap((workflow) =>
    workflow.jobs.filter(isSkippable).map(({ id }) => ({
      restore_cache: {
        name: `records of ${id}`,
        keys: ["{{ .Branch }}", ...trusted(workflow)].map((branch) => recordsOf(id, branch)),
      },
    })),
  );
}

function trusted({ triggers }: Workflow): readonly string[] {
  return (triggers?.push?.branches ?? []).filter((glob) => /^[\w./-]+$/.test(glob));
}

function recordsOf(job: string, branch: string): string {
  return `slipway-records:${job}:${branch}:`;
}

const configuration = `${folder}/configuration.yml`;
const decided = `${folder}/decided.yml`;

function decideStep(
  file: OutputFile,
  workflows: readonly Workflow[],
  { install, decide, timeoutMinutes }: Skipping,
): Table {
  const lines = workflows.flatMap(({ id }) => [
    `${decide} --provider circleci --event "$slipway_event" --workflow ${shellQuoted(id)} --file ${configuration} >${decided}`,
    `[ -s ${decided} ]`,
    `mv ${decided} ${configuration}`,
  ]);
  const original = shellQuoted(file.secondPath);
  const command = `mkdir -p ${folder}
cp ${original} ${configuration}
if ! ${bounded(timeoutMinutes)}bash -eo pipefail -c "$SLIPWAY_COMMAND"; then
  echo 'it could not be found out which jobs need not run: all run'
  cp ${original} ${configuration}
fi`;
  return run({
    name: "decide",
    command: quoted(command),
    no_output_timeout: timeoutMinutes === 0 ? undefined : `${timeoutMinutes}m`,
    environment: {
      SLIPWAY_SOURCE: source,
      SLIPWAY_COMMAND: quoted(script(...installLines(install), ...lines)),
    },
  });
}

function bounded(minutes: number): string {
  return minutes === 0 ? "" : `timeout ${minutes * 60} `;
}

/** What is got may say what it does, which is no answer. */
function installLines(install: string): readonly string[] {
  return install.trim() === "" ? [] : [`(\n${install}\n) >&2`];
}

/** A pipeline goes on once: https://circleci.com/docs/api/v2/#operation/continuePipeline. What CircleCI does not take is no decision either. */
function continueStep(file: OutputFile): Table {
  const command = `go_on() {
  jq --null-input --rawfile configuration "$1" --arg key "$CIRCLE_CONTINUATION_KEY" \\
    '{ "continuation-key": $key, configuration: $configuration, parameters: {} }' >${folder}/body.json
  curl --silent --show-error --fail --retry 3 --request POST \\
    --header 'Content-Type: application/json' --data-binary @${folder}/body.json \\
    "https://\${CIRCLECI_DOMAIN:-circleci.com}/api/v2/pipeline/continue"
}
go_on ${configuration} || go_on ${shellQuoted(file.secondPath)}`;
  return run({ name: "continue", command: quoted(command) });
}

/** A signature is of the files that are there: what steps have changed would be taken for the commit. */
const unlessChanged = `if [ "$(git rev-parse HEAD)" != "$CIRCLE_SHA1" ] || ! git diff --quiet HEAD; then
  echo 'the files are not those of the commit any more: the success is not put on record'
  exit 0
fi`;

/** The last steps of a job that is asked for: its success is put on record. No failure of theirs is one of the job. */
export function recordSteps(
  job: Job,
  workflow: Workflow,
  { install, record, folder: kept, timeoutMinutes }: Skipping,
): readonly Plain[] {
  if (!isSkippable(job)) return [];
  const command = `if [ -e ${failedMark} ]; then exit 0; fi
${unlessChanged}
${bounded(timeoutMinutes)}bash -eo pipefail -c "$SLIPWAY_COMMAND" || echo 'the success could not be put on record'`;
  const call = `${record} --provider circleci --workflow ${shellQuoted(workflow.id)} --job ${job.id}`;
  const key = recordsOf(job.id, "{{ .Branch }}");
  const step = run({
    name: "record",
    command: quoted(command),
    environment: { SLIPWAY_COMMAND: quoted([...installLines(install), call].join("\n")) },
  });
  if (kept === "") return [step];
  return [
    { restore_cache: { name: "records", keys: [key] } },
    step,
    { save_cache: { name: "keep records", key: `${key}{{ epoch }}`, paths: [quoted(kept)] } },
  ];
}
