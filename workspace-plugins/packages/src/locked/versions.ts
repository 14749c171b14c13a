import { compare as comparePython, explain } from "@renovatebot/pep440";
import semver from "semver";
import type { Language } from "../package-name.ts";

/** A tag that names a version. */
export type Version = {
  readonly tag: string;
  /** The numbers, without what follows them. */
  readonly release: readonly number[];
  readonly isPrerelease: boolean;
};

/** `undefined`: the tag names none, such as `latest`. PEP 440 for Python, semver for the others. */
export function versionOf(tag: string, language: Language): Version | undefined {
  // The tags that name content begin so, and no version does.
  if (tag.startsWith("aigogo-")) return undefined;
  return language === "python" ? pythonVersion(tag) : semanticVersion(tag);
}

/** The newest of the tags that may take the place of one: as many numbers at least, and no step to what is not released. */
export function newestOf(
  current: Version,
  tags: readonly string[],
  language: Language,
): { readonly wanted: string; readonly latest: string } {
  const newer = tags
    .map((tag) => versionOf(tag, language))
    .filter((version) => version !== undefined)
    .filter((version) => version.release.length >= Math.min(2, current.release.length))
    .filter((version) => current.isPrerelease || !version.isPrerelease)
    .filter((version) => compare(version.tag, current.tag, language) > 0)
    .toSorted((a, b) => compare(a.tag, b.tag, language));
  const latest = newer.at(-1) ?? current;
  const wanted = newer.findLast((version) => isCompatible(current, version)) ?? current;
  return { wanted: wanted.tag, latest: latest.tag };
}

function compare(a: string, b: string, language: Language): number {
  return language === "python" ? comparePython(a, b) : semver.compare(a, b);
}

/** As `^` of npm has it: nothing changes up to the first number that is not zero. */
function isCompatible(from: Version, to: Version): boolean {
  const kept = from.release[0] === 0 ? 2 : 1;
  return from.release.slice(0, kept).every((number, at) => to.release[at] === number);
}

function pythonVersion(tag: string): Version | undefined {
  const explained = explain(tag);
  if (explained === null) return undefined;
  const { release, is_prerelease: isPrerelease } = explained;
  return { tag, release, isPrerelease };
}

function semanticVersion(tag: string): Version | undefined {
  const parsed = semver.parse(tag);
  if (parsed === null) return undefined;
  const { major, minor, patch, prerelease } = parsed;
  return { tag, release: [major, minor, patch], isPrerelease: prerelease.length > 0 };
}
