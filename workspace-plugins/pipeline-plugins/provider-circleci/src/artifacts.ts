import { create } from "@bufbuild/protobuf";
import { Artifact_When, Status, StepSchema } from "@slipway/pipeline-sdk/graph";
import type { Artifact, ArtifactUse, Graph, Job, Step } from "@slipway/pipeline-sdk/graph";
import { quoted } from "./plain.ts";
import type { Table } from "./plain.ts";
import { run } from "./run.ts";
import { failureWords, folder } from "./words.ts";

/** Where a job keeps its artifacts, for people and for other jobs. */
export function artifactsOf(job: string): string {
  return `artifacts/${job}`;
}

function keptIn(job: string, name: string): string {
  return `${folder}/${artifactsOf(job)}/${segmentOf(name)}`;
}

/** A name as one part of a path, whatever it has in it. */
function segmentOf(name: string): string {
  const safe = name.replaceAll(
    /[^\w.-]/gu,
    (letter) => `%${(letter.codePointAt(0) ?? 0).toString(16)}`,
  );
  return /^\.+$/.test(safe) ? `%${safe}` : safe;
}

const ends = {
  [Artifact_When.UNSPECIFIED]: undefined,
  [Artifact_When.SUCCESS]: undefined,
  [Artifact_When.FAILURE]: Status.FAILURE,
  [Artifact_When.ALWAYS]: Status.ALWAYS,
} as const;

/** Keeps it after the end of the job that it is for. */
export function uploadOf(artifact: Artifact): Step {
  const status = ends[artifact.when];
  return create(StepSchema, {
    kind: { case: "upload", value: artifact },
    ...(status === undefined ? {} : { condition: { kind: { case: "status", value: status } } }),
  });
}

/** Each of equal runs beside each other has its own part: two files of one name would not be attached. */
const collect = `shopt -s globstar nullglob dotglob
to=$SLIPWAY_TO/\${CIRCLE_NODE_INDEX:-0}
mkdir -p "$to"
found=
while IFS= read -r pattern; do
  case $pattern in \\~/*) pattern=$HOME/\${pattern#??} ;; esac
  IFS=
  for path in $pattern; do
    [ -e "$path" ] || continue
    found=1
    tar -cf - -- "$path" | tar -xf - -C "$to"
  done
  unset IFS
done < <(printf '%s\\n' "$SLIPWAY_PATHS")
if [ -z "$found" ] && [ "$SLIPWAY_MAY_BE_MISSING" != true ]; then
  echo "no file fits $SLIPWAY_PATHS" >&2
  exit 1
fi`;

type Collection = {
  readonly name: string;
  readonly to: string;
  readonly paths: readonly string[];
  readonly mayBeMissing: boolean;
  readonly when?: string;
};

/** Puts together what patterns fit, which no step of CircleCI's own does. */
export function collectStep({ name, to, paths, mayBeMissing, when = "" }: Collection): Table {
  return run({
    name: quoted(name),
    command: quoted(collect),
    shell: "/bin/bash -eo pipefail",
    environment: {
      SLIPWAY_PATHS: quoted(paths.join("\n")),
      SLIPWAY_TO: to,
      SLIPWAY_MAY_BE_MISSING: String(mayBeMissing),
    },
    when,
  });
}

export function keepStep(job: Job, artifact: Artifact, mayBeMissing: boolean): Table {
  const { name, paths } = artifact;
  return collectStep({ name: `keep ${name}`, to: keptIn(job.id, name), paths, mayBeMissing });
}

/** Shows it to people, after any end of the job. */
export function showStep(job: Job, { name }: Artifact): Table {
  return { store_artifacts: { path: keptIn(job.id, name), destination: quoted(name) } };
}

/** Folders that have to be there, whatever of it the steps find. */
export function artifactFolders(job: Job): readonly string[] {
  return keptBy(job).map(({ name }) => keptIn(job.id, name));
}

const fetchLines = (mayFail: boolean): string => `found=
while IFS= read -r from; do
  for part in "$from"/*/; do
    [ -d "$part" ] || continue
    found=1
    mkdir -p -- "$SLIPWAY_TO"
    cp -R -- "$part." "$SLIPWAY_TO"
  done
done < <(printf '%s\\n' "$SLIPWAY_FROM")
if [ -z "$found" ]; then
  echo "no job has kept it" >&2
  ${failureWords(mayFail)}
fi`;

export function fetchStep({ name, jobs, path }: ArtifactUse, mayFail: boolean): Table {
  return run({
    name: quoted(`fetch ${name}`),
    command: quoted(fetchLines(mayFail)),
    shell: "/bin/bash -eo pipefail",
    environment: {
      SLIPWAY_FROM: jobs.map((job) => keptIn(job, name)).join("\n"),
      SLIPWAY_TO: quoted(path || "."),
    },
  });
}

/** Artifacts of a job that some other fetches. */
export function isFetched(graph: Graph, job: Job): boolean {
  return graph.workflows.some(({ jobs }) =>
    jobs.some((one) => usesOf(one).some((use) => use.jobs.includes(job.id))),
  );
}

export function usesOf({ kind }: Job): readonly ArtifactUse[] {
  if (kind.case !== "work") return [];
  const { usesArtifacts, steps } = kind.value;
  return [
    ...usesArtifacts,
    ...steps.flatMap((step) => (step.kind.case === "download" ? [step.kind.value] : [])),
  ];
}

export function keptBy({ kind }: Job): readonly Artifact[] {
  if (kind.case !== "work") return [];
  const { artifacts, steps } = kind.value;
  return [
    ...artifacts,
    ...steps.flatMap((step) => (step.kind.case === "upload" ? [step.kind.value] : [])),
  ];
}
