import { parseShortReference } from "@slipway/registry";

/** A package of the workspace, and where its `push` puts it: `host[:port]/path`, without a tag. */
export type Producer = { readonly repository: string; readonly version: string | undefined };

/**
 * The packages of a workspace that a lock has by these sources: those that are pushed there. Where several are pushed to
 * one repository it is the one of the locked version and, if there is none, each of them.
 */
export function producersOf<Each extends Producer>(
  sources: readonly string[],
  producers: readonly Each[],
): readonly Each[] {
  const wanted = sources.map(placeOf).filter((place) => place !== undefined);
  const found = wanted.flatMap(({ name, tag }) => {
    const there = producers.filter(({ repository }) => placeOf(repository)?.name === name);
    const exact = there.filter(({ version }) => version === tag);
    return exact.length > 0 ? exact : there;
  });
  return producers.filter((each) => found.includes(each));
}

/** In full, so that each way to write a reference is one place. */
function placeOf(reference: string) {
  const parsed = parseShortReference(reference);
  if (!parsed.ok) return undefined;
  const { registry, repository, tag } = parsed.value;
  return { name: `${registry}/${repository}`, tag };
}
