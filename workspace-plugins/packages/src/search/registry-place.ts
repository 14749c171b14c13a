import { parseShortReference } from "@slipway/registry";
import type { Registry, RegistryFailure, RepositoryName } from "@slipway/registry";
import { fail, inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { gather } from "./candidate.ts";
import type { Gathered } from "./candidate.ts";
import { newestFirst } from "./rank.ts";

/** The manifest of what a reference names; `undefined` where that is no package. */
export type ManifestAt = (
  reference: string,
) => Promise<Result<string | undefined, RegistryFailure>>;

/** Repositories asked at one time. */
const parallel = 4;

/** Each repository once, described by the newest of its versions; one that is not there has nothing. */
export async function publishedCandidates(
  registry: Registry,
  repositories: readonly RepositoryName[],
  manifestAt: ManifestAt,
): Promise<Result<Gathered, RegistryFailure>> {
  const unique = new Map(repositories.map((one) => [nameOf(one), one]));
  const asked = await inParallel(parallel, [...unique], async ([name, repository]) => {
    const tags = await registry.listTags(repository);
    if (tags.state === "unknown") return fail(tags.failure);
    const versions = tags.state === "present" ? versionsIn(tags.value) : [];
    const [newest] = versions;
    if (newest === undefined) return ok([]);
    const manifest = await manifestAt(`${name}:${newest}`);
    if (!manifest.ok) return manifest;
    const place = { kind: "registry", repository: name, tags: versions } as const;
    return ok([{ manifest: manifest.value, place }]);
  });
  return asked.ok ? ok(gather(asked.value.flat())) : asked;
}

/** As a lock has its sources, or as it is typed. */
export function repositoryIn(text: string): Result<RepositoryName, RegistryFailure> {
  const reference = parseShortReference(text);
  if (!reference.ok) return reference;
  const { registry, repository } = reference.value;
  return ok({ registry, repository });
}

function nameOf({ registry, repository }: RepositoryName): string {
  return `${registry}/${repository}`;
}

/** Without the tags that name a content or another manifest by its digest. */
function versionsIn(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => !/^(?:aigogo|sha256)-[0-9a-f]{64}$/.test(tag)).toSorted(newestFirst);
}
