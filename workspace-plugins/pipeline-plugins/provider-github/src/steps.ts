import type { Checkout, Graph, Job, Step, Variable, Work } from "@slipway/pipeline-sdk/graph";
import { actions } from "./actions.ts";
import { downloadKinds, endOf, reportKind, uploadKind } from "./artifacts.ts";
import type { Makers, StepKind } from "./artifacts.ts";
import { cacheKind } from "./caches.ts";
import { renderCondition } from "./conditions.ts";
import { quoted, renderValue } from "./expressions.ts";
import { compact, flag, positive } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { renderVariables, shellOf } from "./variables.ts";

type Rendered = { readonly [key: string]: Plain };

export type StepContext = {
  readonly graph: Graph;
  /** Of the workflow. */
  readonly jobs: readonly Job[];
  readonly makers: Makers;
};

/** The steps of a job: what is fetched and restored, its own, what is kept. */
export function renderSteps(job: Job, work: Work, context: StepContext): readonly Rendered[] {
  const { graph, jobs, makers } = context;
  const before = [
    ...checkoutKinds(work.checkout),
    ...work.caches.map((id) => cacheKind(graph, id, actions.cache, work)),
    ...work.usesArtifacts.flatMap((use) => downloadKinds(use, jobs, makers)),
  ];
  const after = [
    ...work.artifacts.map((artifact) => {
      const end = endOf(artifact.when);
      const kind = uploadKind(job, artifact, makers);
      return end === undefined ? kind : { ...kind, if: `\${{ ${end} }}` };
    }),
    ...(work.testReports.length === 0 ? [] : [reportKind(job, work.testReports)]),
  ];
  return [
    ...before.map(bare),
    ...work.steps.flatMap((step) => renderStep(job, work, step, context)),
    ...after.map(bare),
  ];
}

/** What a step is that nobody wrote. */
function bare({ name, if: condition, uses, with: inputs }: StepKind): Rendered {
  return compact({ name, if: condition, uses, with: inputs });
}

function checkoutKinds(checkout: Checkout | undefined): readonly StepKind[] {
  if (checkout?.disabled === true) return [];
  const inputs = compact({
    path: quoted(checkout?.path ?? ""),
    "fetch-depth": checkout?.depth,
    "fetch-tags": flag(checkout?.tags ?? false),
    lfs: flag(checkout?.lfs ?? false),
    submodules: checkout?.submodules === true ? "recursive" : undefined,
  });
  return [{ uses: actions.checkout, with: inputs }];
}

function renderStep(job: Job, work: Work, step: Step, context: StepContext): readonly Rendered[] {
  return kindsOf(job, work, step, context).map((kind, at) =>
    compact({
      name: quoted(step.name) || kind.name,
      // Of several steps that stand for one, the first has its name.
      id: at === 0 ? step.id : undefined,
      if: conditionOf(step),
      uses: kind.uses,
      with: kind.with,
      run: kind.run,
      shell: kind.shell,
      "working-directory": kind.folder,
      env: renderVariables(step.env),
      "continue-on-error": flag(step.mayFail),
      "timeout-minutes": positive(step.timeoutMinutes),
    }),
  );
}

function conditionOf({ condition, kind }: Step): string | undefined {
  const end = kind.case === "upload" ? endOf(kind.value.when) : undefined;
  const own = condition === undefined ? undefined : renderCondition(condition, "step");
  if (end === undefined) return own === undefined ? undefined : `\${{ ${own} }}`;
  return own === undefined ? `\${{ ${end} }}` : `\${{ ${end} && (${own}) }}`;
}

function kindsOf(
  job: Job,
  work: Work,
  { kind }: Step,
  { graph, jobs, makers }: StepContext,
): readonly StepKind[] {
  switch (kind.case) {
    case "run": {
      const { command, shell, workingDirectory } = kind.value;
      return [{ run: quoted(command), shell: shellOf(shell), folder: quoted(workingDirectory) }];
    }
    case "providerStep":
      return [{ uses: kind.value.reference, with: ownInputs(kind.value.with) }];
    case "restoreCache":
      return [cacheKind(graph, kind.value.cache, actions.restoreCache, work)];
    case "saveCache":
      return [cacheKind(graph, kind.value.cache, actions.saveCache, work)];
    case "upload":
      return [uploadKind(job, kind.value, makers)];
    case "download":
      return downloadKinds(kind.value, jobs, makers);
    case "module":
    case undefined:
      throw new Error("internal: a step of a kind that no provider sees");
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
