import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesFailure } from "../failure.ts";
import { agree } from "./agree.ts";
import type { Agreement } from "./agree.ts";
import { deadVersions } from "./dead-versions.ts";
import { withRelease } from "./open-release.ts";
import type { OpenPackage, OpenRelease, ReleaseEffects, ReleaseTask } from "./open-release.ts";
import { checkPatch, fetchVersion, publishPatch } from "./patch.ts";
import { planWithdraw } from "./plan-withdraw.ts";
import type { WithdrawnFrom } from "./plan-withdraw.ts";
import { specOf } from "./published.ts";
import { recordedIds } from "./recorded-ids.ts";
import type { WithdrawStep } from "./step.ts";

export type WithdrawOptions = {
  /** Without one: all that carry ids of processes which the deploy target no longer has. */
  readonly version: string | undefined;
  /** The name of one package; without it all of the release. */
  readonly package?: string | undefined;
  readonly text?: string | undefined;
  readonly to?: string | undefined;
  readonly withPatch: boolean;
  readonly deployTarget?: string | undefined;
  readonly isDryRun?: boolean | undefined;
};

export type WithdrawnVersion = {
  readonly name: string;
  readonly version: string;
  /** What was done or, without doing it, is to be. */
  readonly steps: readonly WithdrawStep[];
};

type Versions = Result<readonly WithdrawnVersion[], ProcessesFailure>;

/** Takes versions back in the order of the user's document: deprecated, tags moved away, the good content above them. */
export async function withdrawVersions(
  task: ReleaseTask,
  options: WithdrawOptions,
  effects: ReleaseEffects = {},
): Promise<Versions> {
  const { isDryRun } = options;
  return withRelease(task, { ...effects, isDryRun }, async (folder, opened) => {
    const packages = selected(opened, options.package);
    if (!packages.ok) return packages;
    return withdrawWith(folder, { ...opened, packages: packages.value, task, options });
  });
}

type Withdrawal = OpenRelease & { readonly task: ReleaseTask; readonly options: WithdrawOptions };

function selected(
  { packages }: OpenRelease,
  name: string | undefined,
): Result<readonly OpenPackage[], ProcessesFailure> {
  if (name === undefined) return ok(packages);
  const found = packages.filter(({ packageJson }) => packageJson.name === name);
  if (found.length > 0) return ok(found);
  const known = packages.map(({ packageJson }) => packageJson.name).join(", ");
  return fail({ reason: "release-package-unknown", name, known });
}

/** Everything is planned, and its content looked at, before the first step. */
async function withdrawWith(folder: string, given: Withdrawal): Promise<Versions> {
  const { options, task } = given;
  const agreements = [];
  for (const of of given.packages) {
    const versions = await versionsToTake(of, folder, given);
    if (!versions.ok) return versions;
    for (const version of versions.value) {
      task.progress(`asking for ${specOf(of.packageJson.name, version)}`);
      const agreement = agreementOn(of, { ...given, folder, version, dead: versions.value });
      const found = await agreement.ask();
      if (!found.ok) return found;
      // A version is of one package of the release, or of several.
      if (found.value.asked === undefined) continue;
      const planned = agreement.plan(found.value);
      if (!planned.ok) return planned;
      const fit = await checkPatchOf(of, planned.value, folder, given);
      if (!fit.ok) return fit;
      agreements.push({ agreement, version, planned: planned.value });
    }
  }
  if (agreements.length === 0 && options.version !== undefined) {
    const names = given.packages.map(({ packageJson }) => packageJson.name).join(", ");
    return fail({ reason: "version-unpublished", version: options.version, package: names });
  }
  const withdrawn: WithdrawnVersion[] = [];
  for (const { agreement, version, planned } of agreements) {
    const taken = options.isDryRun === true ? ok(planned) : await agree(agreement, planned);
    if (!taken.ok) return taken;
    withdrawn.push({ name: agreement.name, version, steps: taken.value });
  }
  return ok(withdrawn);
}

async function versionsToTake(
  of: OpenPackage,
  folder: string,
  { task, options, definition, release }: Withdrawal,
): Promise<Result<readonly string[], ProcessesFailure>> {
  if (options.version !== undefined) return ok([options.version]);
  const ids = await recordedIds(task, definition, options.deployTarget ?? release.target);
  if (!ids.ok) return ids;
  return deadVersions(of, ids.value, {
    progress: task.progress,
    fetch: (version) => fetchVersion(of, version, folder),
  });
}

function agreementOn(
  of: OpenPackage,
  given: Withdrawal & {
    readonly folder: string;
    readonly version: string;
    /** None of these is good, whatever the registry says by now. */
    readonly dead: readonly string[];
  },
): Agreement<WithdrawnFrom, WithdrawStep> {
  const { task, options, waitsMs, folder, version, dead, release } = given;
  const { name } = of.packageJson;
  const withPatch = options.withPatch && options.version !== undefined;
  const wanted = { name, version, text: options.text, to: options.to, withPatch };
  return {
    name,
    waitsMs,
    signal: task.signal,
    progress: task.progress,
    ask: async () => {
      const found = await of.npm.look(version);
      if (!found.ok || found.value.asked === undefined)
        return found.ok ? ok({ ...found.value, stable: [] }) : found;
      const stable = await of.npm.stableVersions();
      if (!stable.ok) return stable;
      const good = stable.value.filter((one) => !dead.includes(one.version));
      return ok({ ...found.value, stable: good });
    },
    plan: (found) => planWithdraw(wanted, found),
    take: async (step) => {
      switch (step.step) {
        case "deprecate":
          return of.npm.deprecate(step.version, step.text);
        case "move-tag":
          return of.npm.moveTag(step.version, step.tag);
        case "publish-patch":
          return publishPatch(of, step, { folder, access: release.access });
      }
    },
  };
}

/** What is published again has to be fit for what is deployed now. */
async function checkPatchOf(
  of: OpenPackage,
  steps: readonly WithdrawStep[],
  folder: string,
  { task, options, definition, release }: Withdrawal,
): Promise<Result<undefined, ProcessesFailure>> {
  const patch = steps.find((step) => step.step === "publish-patch");
  if (patch === undefined || of.idsFile === undefined) return ok(undefined);
  const deployTarget = options.deployTarget ?? release.target;
  const ids = await recordedIds(task, definition, deployTarget);
  return ids.ok ? checkPatch(of, patch, folder, { deployTarget, ids: ids.value }) : ids;
}
