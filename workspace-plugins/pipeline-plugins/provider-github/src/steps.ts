import { Artifact_When } from "@slipway/pipeline-sdk/graph";
import type {
  Artifact,
  ArtifactUse,
  Cache,
  Checkout,
  Graph,
  Job,
  Step,
  Variable,
  Work,
} from "@slipway/pipeline-sdk/graph";
import { actions } from "./actions.ts";
import { quoted, renderCondition, renderValue } from "./expressions.ts";
import { compact, flag, positive } from "./plain.ts";
import type { Plain } from "./plain.ts";

type Rendered = { readonly [key: string]: Plain };

/** The steps of a job: what is fetched and restored, its own, what is kept. */
export function renderSteps(graph: Graph, job: Job, work: Work): readonly Rendered[] {
  return [
    ...checkoutSteps(work.checkout),
    ...work.caches.flatMap((id) => cacheStep(graph, id, actions.cache)),
    ...work.usesArtifacts.map((use) => downloadStep(graph, use)),
    ...work.steps.flatMap((step) => renderStep(graph, job, step)),
    ...work.artifacts.map((artifact) => uploadStep(job, artifact)),
  ];
}

function checkoutSteps(checkout: Checkout | undefined): readonly Rendered[] {
  if (checkout?.disabled === true) return [];
  const inputs = compact({
    path: checkout?.path,
    "fetch-depth": checkout?.depth,
    "fetch-tags": flag(checkout?.tags ?? false),
    lfs: flag(checkout?.lfs ?? false),
    submodules: checkout?.submodules === true ? "recursive" : undefined,
  });
  return [compact({ uses: actions.checkout, with: inputs })];
}

function renderStep(graph: Graph, job: Job, step: Step): readonly Rendered[] {
  return kindsOf(graph, job, step).map(({ uses, with: inputs, run, shell, folder, name }) =>
    compact({
      name: quoted(step.name) || name,
      id: step.id,
      if: step.condition === undefined ? undefined : `\${{ ${renderCondition(step.condition)} }}`,
      uses,
      with: inputs,
      run,
      shell,
      "working-directory": folder,
      env: renderVariables(step.env),
      "continue-on-error": flag(step.mayFail),
      "timeout-minutes": positive(step.timeoutMinutes),
    }),
  );
}

type Kind = {
  readonly name?: string;
  readonly uses?: string;
  readonly with?: Plain;
  readonly run?: string;
  readonly shell?: string;
  readonly folder?: string;
};

function kindsOf(graph: Graph, job: Job, { kind }: Step): readonly Kind[] {
  switch (kind.case) {
    case "run": {
      const { command, shell, workingDirectory } = kind.value;
      return [{ run: quoted(command), shell, folder: quoted(workingDirectory) }];
    }
    case "providerStep":
      return [{ uses: kind.value.reference, with: ownInputs(kind.value.with) }];
    case "restoreCache":
      return cacheKinds(graph, kind.value.cache, actions.restoreCache);
    case "saveCache":
      return cacheKinds(graph, kind.value.cache, actions.saveCache);
    case "upload":
      return [{ uses: actions.upload, with: uploadInputs(job, kind.value) }];
    case "download":
      return [{ uses: actions.download, with: downloadInputs(graph, kind.value) }];
    case "module":
    case undefined:
      throw new Error("internal: a step that is still a module reached a provider");
  }
}

/** Of a step of GitHub alone: what is written is GitHub's own language. */
function ownInputs(inputs: readonly Variable[]): Rendered {
  return Object.fromEntries(
    inputs.map(({ name, value }) => [
      name,
      value?.kind.case === "literal" ? value.kind.value : renderValue(value),
    ]),
  );
}

/** By name; in the order of the graph. */
export function renderVariables(variables: readonly Variable[]): Rendered {
  return Object.fromEntries(variables.map(({ name, value }) => [name, renderValue(value)]));
}

function cacheStep(graph: Graph, id: string, uses: string): readonly Rendered[] {
  return cacheKinds(graph, id, uses).map((kind) => compact({ ...kind }));
}

function cacheKinds(graph: Graph, id: string, uses: string): readonly Kind[] {
  const cache = graph.caches.find((one) => one.id === id);
  if (cache === undefined) return [];
  const { key, prefix } = keyOf(cache);
  const isSaved = uses === actions.saveCache;
  const restore = isSaved || prefix === key ? undefined : prefix;
  const inputs = compact({ path: quoted(cache.paths.join("\n")), key, "restore-keys": restore });
  return [{ name: `cache ${id}`, uses, with: inputs }];
}

/** What files say stands last, so that the part before it finds an older one. */
function keyOf({ id, keyParts }: Cache): { readonly key: string; readonly prefix: string } {
  const files = keyParts.flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []));
  const texts = keyParts.flatMap(({ kind }) => (kind.case === "text" ? [quoted(kind.value)] : []));
  const isOfPlatform = files.length + texts.length < keyParts.length;
  const platform = isOfPlatform ? ["${{ runner.os }}-${{ runner.arch }}"] : [];
  const prefix = [id, ...platform, ...texts].join("-");
  if (files.length === 0) return { key: prefix, prefix };
  const listed = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ");
  return { key: `${prefix}-\${{ hashFiles(${listed}) }}`, prefix: `${prefix}-` };
}

const ends = {
  [Artifact_When.UNSPECIFIED]: undefined,
  [Artifact_When.SUCCESS]: undefined,
  [Artifact_When.FAILURE]: "${{ failure() }}",
  [Artifact_When.ALWAYS]: "${{ always() }}",
} as const;

function uploadStep(job: Job, artifact: Artifact): Rendered {
  return compact({
    name: `keep ${quoted(artifact.name)}`,
    if: ends[artifact.when],
    uses: actions.upload,
    with: uploadInputs(job, artifact),
  });
}

/** Names are of a whole run: jobs of one matrix would write over each other. */
function uploadInputs(job: Job, artifact: Artifact): Rendered {
  return compact({
    name: quoted(job.matrix.length === 0 ? artifact.name : `${artifact.name}-${job.id}`),
    path: quoted(artifact.paths.join("\n")),
    "retention-days": positive(artifact.retentionDays),
    "if-no-files-found": artifact.mayBeMissing ? "ignore" : "error",
  });
}

function downloadStep(graph: Graph, use: ArtifactUse): Rendered {
  return compact({
    name: `fetch ${quoted(use.name)}`,
    uses: actions.download,
    with: downloadInputs(graph, use),
  });
}

function downloadInputs(graph: Graph, { name, jobs: from, path }: ArtifactUse): Rendered {
  const makers = graph.workflows.flatMap(({ jobs }) => jobs.filter(({ id }) => from.includes(id)));
  const ofMatrix = makers.filter(({ matrix }) => matrix.length > 0);
  const [only] = ofMatrix;
  if (only === undefined) return compact({ name: quoted(name), path: quoted(path) });
  return ofMatrix.length === 1
    ? compact({ name: quoted(`${name}-${only.id}`), path: quoted(path) })
    : compact({ pattern: quoted(`${name}-*`), path: quoted(path), "merge-multiple": true });
}
