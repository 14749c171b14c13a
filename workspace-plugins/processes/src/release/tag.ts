import semver from "semver";

export type WantedTag = {
  readonly tag: string;
  /** It was said for this release, and is not what is usual. */
  readonly isAsked: boolean;
  readonly mayMoveBack: boolean;
};

/** The tag that a version is to have where nothing stands against it: a prerelease is nobody's `latest`. */
export function usualTag(version: string, { tag, isAsked }: WantedTag): string {
  const [kind] = semver.prerelease(version) ?? [];
  if (kind === undefined || tag !== "latest" || isAsked) return tag;
  return typeof kind === "string" ? kind : "next";
}

/**
 * A version cannot be published without a tag. Where the usual one is at a newer version, it gets that of its line of
 * versions: `release-1.x`, `release-1.2.x`. `undefined`: each would move back.
 */
export function tagForPublish(
  version: string,
  wanted: WantedTag,
  tags: Readonly<Record<string, string>>,
): string | undefined {
  const usual = usualTag(version, wanted);
  if (wanted.mayMoveBack) return usual;
  const line = [
    `release-${semver.major(version)}.x`,
    `release-${semver.major(version)}.${semver.minor(version)}.x`,
  ];
  const candidates = wanted.isAsked ? [usual] : [usual, ...line];
  return candidates.find((tag) => !isAhead(tags[tag], version));
}

export function isAhead(current: string | undefined, version: string): boolean {
  return semver.valid(current) !== null && semver.gt(current ?? "", version);
}
