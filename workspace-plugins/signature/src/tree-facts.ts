import { canonicalJson } from "./canonical-json.ts";
import { digestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { treeFact } from "./executor-source.ts";
import { filesUnder } from "./listing.ts";
import type { FileListing } from "./listing.ts";

/**
 * What Nx does not hash of the files of projects, by the name of the variable that carries it: which are executable,
 * and where symlinks point. Projects whose names make the same variable share a fact over the files of all.
 */
export function treeFacts(
  listing: FileListing,
  projects: readonly { readonly name: string; readonly root: string }[],
): Readonly<Record<string, Digest>> {
  const byFact = Map.groupBy(projects, (project) => treeFact(project.name));
  const facts = [...byFact].map(([fact, group]): readonly [string, Digest] => {
    const roots = group.map((project) => project.root).toSorted();
    return [fact, digestOf(canonicalJson(roots.map((root) => [root, treeOf(listing, root)])))];
  });
  return Object.fromEntries(facts);
}

function treeOf(listing: FileListing, root: string): readonly unknown[] {
  return filesUnder(listing, root === "." ? "" : root).map((file) =>
    file.kind === "symlink" ? [file.path, "->", file.target] : [file.path, file.isExecutable],
  );
}
