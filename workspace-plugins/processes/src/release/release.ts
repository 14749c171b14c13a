import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { agree, planNow } from "./agree.ts";
import type { Agreement } from "./agree.ts";
import { checkIds } from "./check-ids.ts";
import { withRelease } from "./open-release.ts";
import type { OpenPackage, OpenRelease, ReleaseEffects, ReleaseTask } from "./open-release.ts";
import { planRelease } from "./plan-release.ts";
import type { WantedRelease } from "./plan-release.ts";
import { specOf } from "./published.ts";
import type { Published } from "./published.ts";
import { recordedIds } from "./recorded-ids.ts";
import type { ReleaseStep } from "./step.ts";
import { readTarball } from "./tarball.ts";
import type { Tarball } from "./tarball.ts";

export type ReleaseOptions = {
  /** Another than `release.target` of `ao.yml`. */
  readonly deployTarget?: string | undefined;
  /** Another than `release.tag`. */
  readonly tag?: string | undefined;
  /** Whether the tag may go to an older version. */
  readonly mayMoveBack?: boolean | undefined;
  readonly isDryRun?: boolean | undefined;
};

/** Reads whether the processes of a deploy target run and answer as they should. */
export type VerifyTarget = (
  task: ReleaseTask,
  options: { readonly deployTarget: string },
) => Promise<Result<unknown, ProcessesFailure>>;

export type ReleasedVersion = {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** What was done or, without doing it, is to be. */
  readonly steps: readonly ReleaseStep[];
};

type Versions = Result<readonly ReleasedVersion[], ProcessesFailure>;

/**
 * Publishes the packages of a project once the processes that they talk to are deployed and verified. Nothing is
 * published of any package before all are fit for it; what is there already is left alone.
 */
export async function releasePackages(
  task: ReleaseTask,
  options: ReleaseOptions,
  effects: ReleaseEffects & { readonly verify: VerifyTarget },
): Promise<Versions> {
  const { verify, ...others } = effects;
  const { isDryRun } = options;
  return withRelease(task, { ...others, isDryRun }, (folder, opened) =>
    releaseFrom(folder, { ...opened, task, options, verify }),
  );
}

export function releaseOutcome(versions: readonly ReleasedVersion[]): Outcome<ProcessesCause> {
  const isDone = versions.some(({ steps }) => steps.length > 0);
  const facts = versions.map(({ name, version, steps }) => {
    const did = steps.map(({ step, tag }) => `${step} ${tag}`).join(", ");
    return [specOf(name, version), did === "" ? "unchanged" : did] as const;
  });
  return {
    state: isDone ? "done" : "unchanged",
    cause: isDone ? "versions-published" : "versions-published-already",
    facts: Object.fromEntries(facts),
  };
}

type Release = OpenRelease & {
  readonly task: ReleaseTask;
  readonly options: ReleaseOptions;
  readonly verify: VerifyTarget;
};

type Packed = { readonly of: OpenPackage; readonly tarball: Tarball; readonly file: string };

async function releaseFrom(folder: string, given: Release): Promise<Versions> {
  const { task, options, release, verify } = given;
  const deployTarget = options.deployTarget ?? release.target;
  const ids = await recordedIds(task, given.definition, deployTarget);
  if (!ids.ok) return ids;
  task.progress(`verifying the processes of ${deployTarget}`);
  const verified = await verify(task, { deployTarget });
  if (!verified.ok) return verified;
  const agreements = [];
  for (const [at, each] of given.packages.entries()) {
    task.progress(`packing ${each.packageJson.name}`);
    const packed = await pack(each, path.join(folder, String(at)));
    if (!packed.ok) return packed;
    const { tarball } = packed.value;
    const fit = checkIds(tarball, each.idsFile, { deployTarget, ids: ids.value });
    if (!fit.ok) return fit;
    const agreement = agreementOn(packed.value, given);
    const planned = await planNow(agreement);
    if (!planned.ok) return planned;
    agreements.push({ agreement, tarball, planned: planned.value });
  }
  const released: ReleasedVersion[] = [];
  for (const { agreement, tarball, planned } of agreements) {
    const taken = options.isDryRun === true ? ok(planned) : await agree(agreement, planned);
    if (!taken.ok) return taken;
    const { name, version } = tarball.packageJson;
    released.push({ name, version, integrity: tarball.integrity, steps: taken.value });
  }
  return ok(released);
}

async function pack(of: OpenPackage, into: string): Promise<Result<Packed, ProcessesFailure>> {
  await mkdir(into);
  const file = await of.npm.pack(into);
  if (!file.ok) return file;
  const tarball = await readTarball(file.value);
  if (!tarball.ok) {
    return fail({ reason: "npm-package-invalid", folder: of.shown, problem: tarball.failure });
  }
  return ok({ of, tarball: tarball.value, file: file.value });
}

function agreementOn(
  { of, tarball, file }: Packed,
  { task, options, release, waitsMs }: Release,
): Agreement<Published, ReleaseStep> {
  const { name, version } = tarball.packageJson;
  const wanted: WantedRelease = {
    name,
    version,
    integrity: tarball.integrity,
    tag: options.tag ?? release.tag,
    isAsked: options.tag !== undefined,
    mayMoveBack: options.mayMoveBack === true,
  };
  const spec = specOf(name, version);
  const { access } = release;
  return {
    name,
    waitsMs,
    signal: task.signal,
    progress: task.progress,
    ask: () => of.npm.look(version),
    plan: (published) => planRelease(wanted, published),
    take: (step) =>
      step.step === "publish"
        ? of.npm.publish(file, { spec, tag: step.tag, access })
        : of.npm.moveTag(step.version, step.tag),
  };
}
