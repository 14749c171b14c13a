import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Grant } from "./grants.ts";
import { mergeContent } from "./merge-content.ts";
import type { MergeFailure } from "./output-failure.ts";
import { pieceOf } from "./piece.ts";
import type { Answer, MergedFile, Piece } from "./piece.ts";

/**
 * The files of all answers in the order of their paths, the same in whatever order the answers came. The plugin that a path was
 * granted to opens it and alone may replace it; others merge and append. Every failure is told.
 */
export function mergeFragments(
  answers: readonly Answer[],
  grants: readonly Grant[],
): Result<readonly MergedFile[], readonly MergeFailure[]> {
  const failures: MergeFailure[] = [];
  const tell = (failure: MergeFailure) => void failures.push(failure);
  const sorted = answers.toSorted((a, b) => compareBytes(a.plugin, b.plugin));
  const pieces = sorted.flatMap(({ plugin, fragments }) =>
    fragments.flatMap((fragment) => pieceOf(plugin, fragment, tell)),
  );
  const granted = new Set(grants.map(({ path }) => path));
  for (const { plugin, path } of pieces) {
    if (granted.has(path)) continue;
    tell({ reason: "output-not-granted", plugin, path, granted: grantedTo(grants, plugin) });
  }
  const files = grants
    .toSorted((a, b) => compareBytes(a.path, b.path))
    .flatMap((grant) => {
      const own = pieces.filter(({ path }) => path === grant.path);
      return isSound(grant, own, tell) ? mergeContent(own.toSorted(inOrder), tell) : [];
    });
  return failures.length === 0 ? ok(files) : fail(failures);
}

function grantedTo(grants: readonly Grant[], plugin: string): readonly string[] {
  return grants.filter((one) => one.plugin === plugin).map(({ path }) => path);
}

/** Whether its owner opened the file, nobody else replaces it, and all mean the same format. */
function isSound(
  { path, plugin: owner, isOptional }: Grant,
  pieces: readonly Piece[],
  tell: (failure: MergeFailure) => void,
): boolean {
  const own = pieces.filter(({ plugin }) => plugin === owner);
  const [first] = own;
  if (first === undefined) {
    if (isOptional && pieces.length === 0) return false;
    tell({ reason: "output-missing", plugin: owner, path });
    return false;
  }
  const foreign = pieces.filter(
    ({ plugin, strategy }) => plugin !== owner && strategy === "REPLACE",
  );
  for (const { plugin } of foreign) tell({ reason: "output-not-owned", path, plugin, owner });
  const isReplacedTwice = own.filter(({ strategy }) => strategy === "REPLACE").length > 1;
  if (isReplacedTwice) tell({ reason: "output-replaced-twice", path, plugin: owner });
  const other = pieces.find(({ format }) => format !== first.format);
  if (other !== undefined) {
    const plugins = [first.plugin, other.plugin] as const;
    const both = [first.format, other.format] as const;
    tell({ reason: "output-formats-differ", path, plugins, formats: both });
  }
  return foreign.length === 0 && !isReplacedTwice && other === undefined;
}

/** What replaces first; then by order, and by plugin. Sorting keeps the order that a plugin gave its own. */
function inOrder(a: Piece, b: Piece): number {
  return (
    Number(b.strategy === "REPLACE") - Number(a.strategy === "REPLACE") ||
    a.order - b.order ||
    compareBytes(a.plugin, b.plugin)
  );
}
