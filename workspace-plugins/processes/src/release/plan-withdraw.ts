import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import semver from "semver";
import type { PublishedFailure } from "./failure.ts";
import type { Published, PublishedVersion } from "./published.ts";
import type { WithdrawStep } from "./step.ts";
import { tagForPublish } from "./tag.ts";

export type WantedWithdrawal = {
  readonly name: string;
  readonly version: string;
  /** `undefined`: one is made, and one that is there stays. */
  readonly text: string | undefined;
  /** The version to go back to; `undefined`: the last good one. */
  readonly to: string | undefined;
  /** Whether the good content gets a version above the withdrawn one. */
  readonly withPatch: boolean;
};

/** `asked` is the version to withdraw; `stable` all versions that are no prereleases. */
export type WithdrawnFrom = Published & { readonly stable: readonly PublishedVersion[] };

/** Deprecated, no tag at it, and a good version above it: what of this is not true yet, in the order of the document. */
export function planWithdraw(
  wanted: WantedWithdrawal,
  from: WithdrawnFrom,
): Result<readonly WithdrawStep[], PublishedFailure> {
  const { name, version } = wanted;
  if (from.asked === undefined)
    return fail({ reason: "version-unpublished", version, package: name });
  const unfit = problemOf(wanted, from);
  if (unfit !== undefined)
    return fail({
      reason: "good-version-unfit",
      version: wanted.to ?? "",
      package: name,
      ...unfit,
    });
  const good = goodVersions(wanted, from);
  const patch = planPatch(wanted, from, good);
  const replacement = good.later ?? patch?.version ?? good.before;
  return ok([
    ...planDeprecation(wanted, from.asked, replacement),
    ...planTags(version, from.tags, wanted.to ?? good.later ?? good.before),
    ...(patch === undefined ? [] : [patch]),
  ]);
}

function problemOf(
  { to, version }: WantedWithdrawal,
  { versions, stable }: WithdrawnFrom,
): Pick<Extract<PublishedFailure, { reason: "good-version-unfit" }>, "problem"> | undefined {
  if (to === undefined) return undefined;
  if (to === version) return { problem: "withdrawn" };
  if (!versions.includes(to)) return { problem: "unpublished" };
  const isDeprecated = stable.some((one) => one.version === to && one.deprecated !== undefined);
  return isDeprecated ? { problem: "deprecated" } : undefined;
}

type Good = {
  /** Below it, or the one that was named. */
  readonly before: string | undefined;
  /** Above it, where all who take it would take this one: nothing needs to be published for them. */
  readonly later: string | undefined;
};

function goodVersions({ version, to }: WantedWithdrawal, { stable }: WithdrawnFrom): Good {
  const good = stable
    .filter((one) => one.deprecated === undefined && one.version !== version)
    .map((one) => one.version);
  const before = semver.rsort(good.filter((one) => semver.lt(one, version)))[0];
  const later = semver.rsort(good.filter((one) => isAbove(one, version)))[0];
  return { before: to ?? before, later };
}

/** Higher, and in the range that npm writes for who installs the other. */
function isAbove(one: string, other: string): boolean {
  return semver.gt(one, other) && semver.satisfies(one, `^${other}`);
}

function planDeprecation(
  { name, version, text }: WantedWithdrawal,
  { deprecated }: PublishedVersion,
  replacement: string | undefined,
): readonly WithdrawStep[] {
  if (deprecated !== undefined && (text === undefined || text === deprecated)) return [];
  const usual = replacement === undefined ? "" : `: use ${name}@${replacement}`;
  return [{ step: "deprecate", version, text: text ?? `${version} is withdrawn${usual}` }];
}

function planTags(
  version: string,
  tags: Published["tags"],
  target: string | undefined,
): readonly WithdrawStep[] {
  if (target === undefined) return [];
  return Object.keys(tags)
    .filter((tag) => tags[tag] === version)
    .toSorted()
    .map((tag) => ({ step: "move-tag", tag, version: target, from: version }));
}

function planPatch(
  { version, withPatch }: WantedWithdrawal,
  { stable, tags }: WithdrawnFrom,
  { before, later }: Good,
): Extract<WithdrawStep, { step: "publish-patch" }> | undefined {
  const isStable = semver.prerelease(version) === null;
  if (!withPatch || !isStable || later !== undefined || before === undefined) return undefined;
  const taken = stable.map((one) => one.version).filter((one) => isAbove(one, version));
  const patch = semver.inc(semver.rsort([version, ...taken])[0] ?? version, "patch") ?? version;
  const usual = { tag: "latest", isAsked: false, mayMoveBack: false };
  const tag = tagForPublish(patch, usual, tags) ?? "latest";
  return { step: "publish-patch", version: patch, of: before, tag };
}
