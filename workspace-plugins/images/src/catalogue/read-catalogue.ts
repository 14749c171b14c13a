import { compareBytes, ok } from "@slipway/signature/basics";
import type { Result, SignatureFailure } from "@slipway/signature";
import { checkExtendedImages } from "./check-extended.ts";
import { locatedOf } from "./entry.ts";
import type { Catalogue, DefinitionKind, Entry, Override } from "./entry.ts";
import { findInWorkspace, findPackaged, findUsers } from "./places.ts";
import type { Candidate, Found, FoundInWorkspace } from "./places.ts";
import { readAgent, readBase, readExtendedImage, readExtension } from "./read-entry.ts";
import { tellTwins } from "./twins.ts";

export type CatalogueSources = {
  /** Without one, the packaged set and the user's folders are all there is. */
  readonly workspaceRoot: string | undefined;
  /** `HOME` and `XDG_DATA_HOME` say where the other two places are; without them the workspace is all there is. */
  readonly variables: Readonly<Record<string, string | undefined>> | undefined;
};

/** Reads all definitions of all places. What is wrong with one of them is in its entry. */
export async function readCatalogue(
  { workspaceRoot, variables }: CatalogueSources,
  signal: AbortSignal,
): Promise<Result<Catalogue, SignatureFailure>> {
  const workspace =
    workspaceRoot === undefined ? ok(nothing) : await findInWorkspace(workspaceRoot, signal);
  if (!workspace.ok) return workspace;
  const packaged = variables === undefined ? nothing : await findPackaged(variables);
  const users = variables === undefined ? [] : await findUsers(variables);
  const found = [packaged, without(workspace.value, [packaged, ...users]), ...users];
  const candidates = found.map((each) => each.candidates);
  const overrides: Override[] = [];
  const bases = await readKind(candidates, "base", readBase, overrides);
  const agents = await readKind(candidates, "agent", readAgent, overrides);
  const extensions = await readKind(candidates, "extension", readExtension, overrides);
  const extended = await readKind(candidates, "image-extended", readExtendedImage, overrides);
  return ok({
    bases,
    agents,
    extensions,
    extendedImages: await checkExtendedImages(extended, { bases, agents, extensions }),
    rootFileSystems: workspace.value.rootFileSystems,
    overrides,
    ignored: found.flatMap(({ ignored }) => ignored),
  });
}

const nothing: FoundInWorkspace = { candidates: [], ignored: [], rootFileSystems: [] };

/** A workspace can hold the user's folders, which are then no second definitions. */
function without(workspace: Found, others: readonly Found[]): Found {
  const known = new Set(
    others.flatMap(({ candidates }) => candidates.map(({ kind, folder }) => `${kind} ${folder}`)),
  );
  const candidates = workspace.candidates.filter(
    ({ kind, folder }) => !known.has(`${kind} ${folder}`),
  );
  return { ...workspace, candidates };
}

/** Of places from the weakest on: a later one's entry replaces an earlier one's of the same name. */
async function readKind<Definition>(
  places: readonly (readonly Candidate[])[],
  kind: DefinitionKind,
  read: (candidate: Candidate) => Promise<Entry<Definition>>,
  overrides: Override[],
): Promise<readonly Entry<Definition>[]> {
  const byName = new Map<string, Entry<Definition>>();
  for (const candidates of places) {
    const own = candidates.filter((candidate) => candidate.kind === kind);
    for (const entry of tellTwins(await Promise.all(own.map(read)))) {
      const replaced = byName.get(entry.name);
      if (replaced !== undefined) overrides.push({ by: locatedOf(entry), replaced });
      byName.set(entry.name, entry);
    }
  }
  return [...byName.values()].toSorted((a, b) => compareBytes(a.name, b.name));
}
