import { parseShortReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure, RepositoryName } from "@slipway/registry";
import { fail, inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { sourceOf } from "../fetch-locked.ts";
import type { LockedPackage } from "../lock.ts";
import { immutableTag } from "../send-package.ts";
import { isNamed } from "../remote/named.ts";
import { newestOf, versionOf } from "./versions.ts";

/** What the registry has by now for a locked package. */
export type PackageAge = {
  readonly locked: LockedPackage;
  /** The tag that is locked, and the newest ones that are compatible and that are at all; those of the lock itself where there are none newer. */
  readonly tag: string;
  readonly wanted: string;
  readonly latest: string;
  /**
   * `same`: the tag has the content that is locked. `moved`: it has other content. `unclear`: only fetching it can tell,
   * as it was pushed by a tool that keeps no tag of the content. `gone`: there is no such tag. `pinned`: the lock names a
   * digest, which stays what it is. `local`: it was built on some machine, and no registry is asked.
   */
  readonly content: "same" | "moved" | "unclear" | "gone" | "pinned" | "local";
};

type Failure = PackagesFailure | RegistryFailure;

const packagesAtOnce = 8;

/** Some requests for each package, and nothing fetched. */
export async function agesOf(
  registry: Registry,
  lockFile: string,
  packages: readonly LockedPackage[],
): Promise<Result<readonly PackageAge[], Failure>> {
  return inParallel(packagesAtOnce, packages, (locked) => ageOf(registry, lockFile, locked));
}

async function ageOf(
  registry: Registry,
  lockFile: string,
  locked: LockedPackage,
): Promise<Result<PackageAge, Failure>> {
  const source = sourceOf(lockFile, locked);
  const still = { locked, tag: locked.version, wanted: locked.version, latest: locked.version };
  if (!source.ok && source.failure.reason === "source-local") {
    return ok({ ...still, content: "local" });
  }
  if (!source.ok) return source;
  if (source.value.digest !== undefined) return ok({ ...still, content: "pinned" });
  const tag = source.value.tag ?? "latest";
  const listed = await registry.listTags(source.value);
  if (listed.state === "unknown") return fail(listed.failure);
  const tags = listed.state === "missing" ? [] : listed.value;
  const current = versionOf(tag, locked.language);
  const none = { wanted: tag, latest: tag };
  const newest = current === undefined ? none : newestOf(current, tags, locked.language);
  const content = await contentUnder(registry, source.value, locked);
  return content.ok ? ok({ locked, tag, ...newest, content: content.value }) : content;
}

/** By the digests of two tags, the version's and the content's own. */
async function contentUnder(
  registry: Registry,
  source: Reference,
  locked: LockedPackage,
): Promise<Result<PackageAge["content"], Failure>> {
  const { registry: host, repository } = source;
  const name: RepositoryName = { registry: host, repository };
  const byVersion = await registry.headManifest(source);
  if (byVersion.state === "unknown") return fail(byVersion.failure);
  if (byVersion.state === "missing") return ok("gone");
  const byContent = await registry.headManifest({ ...name, tag: immutableTag(locked.integrity) });
  if (byContent.state === "unknown") return fail(byContent.failure);
  if (byContent.state === "missing") return ok("unclear");
  return ok(byContent.value.digest === byVersion.value.digest ? "same" : "moved");
}

/** The source as it was typed, with another tag. */
export function sourceWithTag(source: string, tag: string): string {
  const changed = isNamed(source) ? source.replace(/:[^:/]*$/, `:${tag}`) : `${source}:${tag}`;
  if (!parseShortReference(changed).ok) throw new Error(`internal: not a reference: ${changed}`);
  return changed;
}
