import type { MessageInitShape } from "@bufbuild/protobuf";
import { Permissions_Access, Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type {
  ConcurrencySchema,
  JobSchema,
  OverrideSchema,
  PermissionsSchema,
  WorkSchema,
} from "@slipway/pipeline-sdk/graph";
import { compareBytes } from "@slipway/signature/basics";
import type { Job } from "../definition/job.ts";
import type { Pipeline } from "../definition/pipeline.ts";
import type { Concurrency, Permissions } from "../definition/resources.ts";
import { overrides } from "../definition/words.ts";
import { both, conditionOfSkip, resolveCondition, resolveRunText } from "./conditions.ts";
import { resolveContainer } from "./container.ts";
import type { PlannedId } from "./ids.ts";
import { resolveText } from "./scope.ts";
import type { KeyPath, Scope } from "./scope.ts";
import { resolveArtifact, resolveArtifactUse, resolveSteps, resolveVariables } from "./steps.ts";
import type { StepContext, StepInit } from "./steps.ts";

export type JobInit = MessageInitShape<typeof JobSchema>;

export type JobPlace = {
  readonly planned: PlannedId;
  readonly scope: Scope;
  /** Ids in the order of their bytes. */
  readonly needs: readonly string[];
  readonly isAutomatic: boolean;
};

/** One job of the graph. What plugins put in its place is still open: `uses` of modules, and packages. */
export function resolveJob(
  pipeline: Pipeline,
  job: Job,
  { planned, scope, needs, isAutomatic }: JobPlace,
  context: StepContext,
): JobInit {
  const path = ["jobs", planned.base];
  const name = job.name === undefined ? undefined : resolveText(job.name, scope, [...path, "name"]);
  return {
    id: planned.id,
    name: name === undefined ? planned.name : named(name, job.name ?? "", planned),
    base: planned.base,
    stage: job.stage ?? "",
    matrix: Object.entries(planned.instance.values).map(([dimension, value]) => ({
      dimension,
      value,
    })),
    needs: [...needs],
    condition: both(
      resolveCondition(job.if, scope, [...path, "if"]),
      conditionOfSkip(job.skip_if ?? {}),
    ),
    kind:
      job.approval === undefined
        ? {
            case: "work",
            value: resolveWork(pipeline, job, { planned, scope, needs, isAutomatic }, context),
          }
        : { case: "approval", value: { prompt: job.approval === true ? "" : job.approval } },
    overrides: resolveOverrides(job, path),
    place: { path: path.join(".") },
  };
}

/** A name that says nothing of the matrix would be that of several jobs. */
function named(resolved: string, written: string, { name, base }: PlannedId): string {
  return written.includes("{{") ? resolved : `${resolved}${name.slice(base.length)}`;
}

function resolveWork(
  pipeline: Pipeline,
  job: Job,
  { planned, scope, isAutomatic }: JobPlace,
  context: StepContext,
): MessageInitShape<typeof WorkSchema> {
  const path: KeyPath = ["jobs", planned.base];
  const packages = packageSteps(job, { scope, path: [...path, "packages"] }, context);
  return {
    runner: job.runner ?? pipeline.project.default_runner ?? "",
    container: resolveContainer(job.image, scope, [...path, "image"]),
    services: [...(job.services ?? [])],
    env: resolveVariables(job.env, { scope, path: [...path, "env"] }),
    steps: [
      ...packages,
      ...resolveSteps(job.steps ?? [], { scope, path: [...path, "steps"] }, context),
    ],
    caches: [...(job.caches ?? [])],
    artifacts: (job.artifacts ?? []).map((each, at) =>
      resolveArtifact(each, { scope, path: [...path, "artifacts", at] }),
    ),
    usesArtifacts: (job.uses_artifacts ?? []).map((each, at) =>
      resolveArtifactUse(each, { scope, path: [...path, "uses_artifacts", at] }),
    ),
    outputs: Object.entries(job.outputs ?? {})
      .toSorted(([a], [b]) => compareBytes(a, b))
      .map(([output, from]) => {
        const [step = "", of = ""] = from.split(".");
        return { name: output, step, output: of };
      }),
    environment: job.environment ?? "",
    permissions: resolvePermissions(job.permissions, [...path, "permissions"]),
    concurrency: resolveConcurrency(job.concurrency, scope, [...path, "concurrency"]),
    timeoutMinutes: job.timeout_minutes ?? 0,
    retry: job.retry === undefined ? undefined : { attempts: job.retry },
    mayFail: job.continue_on_error ?? false,
    checkout: checkoutOf(job),
    shell: job.shell ?? "",
    workingDirectory: resolveText(job.working_directory ?? "", scope, [
      ...path,
      "working_directory",
    ]),
    skip: { mode: skipMode(job, isAutomatic) },
    matrixPolicy:
      job.fail_fast === undefined && job.max_parallel === undefined
        ? undefined
        : { failFast: job.fail_fast, maxParallel: job.max_parallel ?? 0 },
    testReports: (job.test_reports ?? []).map((glob, at) =>
      resolveText(glob, scope, [...path, "test_reports", at]),
    ),
    parallelism: job.parallelism ?? 0,
  };
}

/** What deploys, or what nobody but a person or a clock starts, is not left out for its signature. */
function skipMode(job: Job, isAutomatic: boolean): Skip_Mode {
  if (job.skip !== undefined) return job.skip === "allowed" ? Skip_Mode.ASKED : Skip_Mode.NEVER;
  return isAutomatic && job.environment === undefined ? Skip_Mode.AUTO : Skip_Mode.NEVER;
}

function packageSteps(
  job: Job,
  { scope, path }: { readonly scope: Scope; readonly path: KeyPath },
  context: StepContext,
): readonly StepInit[] {
  return (job.packages ?? []).map((each, at) => {
    const { name, ...inputs } = typeof each === "string" ? { name: each } : each;
    const place = [...path, at];
    const written = Object.entries(inputs).toSorted(([a], [b]) => compareBytes(a, b));
    const given = written.flatMap(([input, value]) =>
      value === undefined ? [] : [[input, resolveRunText(value, scope, place)] as const],
    );
    const module = name.includes("/") ? name : `lang/${name}`;
    const number = context.use({
      module,
      constraint: undefined,
      inputs: Object.fromEntries(given),
      given: Object.fromEntries(
        written.flatMap(([input, value]) => (value === undefined ? [] : [[input, value]])),
      ),
      isPackage: true,
      path: place,
    });
    return {
      kind: { case: "module", value: { name: module, number } },
      place: { path: place.join(".") },
    };
  });
}

function checkoutOf({ checkout }: Job): MessageInitShape<typeof WorkSchema>["checkout"] {
  if (checkout === undefined) return undefined;
  if (checkout === false) return { disabled: true };
  const { depth, submodules = false, lfs = false, tags = false, path = "" } = checkout;
  return { depth, submodules, lfs, tags, path };
}

const accesses = {
  none: Permissions_Access.NONE,
  read: Permissions_Access.READ,
  write: Permissions_Access.WRITE,
} as const;

export function resolvePermissions(
  permissions: Permissions | undefined,
  path: KeyPath,
): MessageInitShape<typeof PermissionsSchema> | undefined {
  if (permissions === undefined) return undefined;
  const place = { path: path.join(".") };
  if (typeof permissions === "string") return { default: accesses[permissions], place };
  const scopes = Object.entries(permissions)
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([scope, access]) => [scope, accesses[access]] as const);
  return { scopes: Object.fromEntries(scopes), place };
}

export function resolveConcurrency(
  concurrency: Concurrency | undefined,
  scope: Scope,
  path: KeyPath,
): MessageInitShape<typeof ConcurrencySchema> | undefined {
  if (concurrency === undefined) return undefined;
  return {
    group: resolveRunText(concurrency.group, scope, [...path, "group"]),
    cancelInProgress: concurrency.cancel_in_progress,
    place: { path: path.join(".") },
  };
}

type Overridden = Readonly<Partial<Record<keyof typeof overrides, unknown>>>;

/** In the order of the providers' names. */
export function resolveOverrides(
  of: Overridden,
  path: KeyPath,
): MessageInitShape<typeof OverrideSchema>[] {
  return Object.keys(overrides)
    .toSorted(compareBytes)
    .flatMap((provider) => {
      const settings = Object.entries(of).find(([name]) => name === provider)?.[1];
      if (settings === undefined) return [];
      return [
        {
          provider,
          json: JSON.stringify(sorted(settings)),
          place: { path: [...path, provider].join(".") },
        },
      ];
    });
}

/** Keys in the order of their bytes, all the way down. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => compareBytes(a, b));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
