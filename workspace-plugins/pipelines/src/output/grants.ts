import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { foldedPath, foldersAbove, parseOutputPath } from "./output-path.ts";
import type { OutputPath } from "./output-path.ts";
import type { MergeFailure } from "./output-failure.ts";

/** A file that a plugin was asked for: it alone may open it. */
export type Grant = {
  readonly path: OutputPath;
  readonly plugin: string;
  /** It need not be written. */
  readonly isOptional: boolean;
};

type Output = {
  readonly provider: string;
  readonly path: string;
  readonly workflows?: readonly string[] | undefined;
  /** One more file, if the provider wants one. */
  readonly secondPath?: string;
};

/**
 * What the outputs of a definition grant, in the order of the paths: `{workflow}` in one stands for each of its workflows,
 * and for all of `workflowIds` where it names none.
 */
export function grantPaths(
  outputs: readonly Output[],
  workflowIds: readonly string[],
): Result<readonly Grant[], readonly MergeFailure[]> {
  const failures: MergeFailure[] = [];
  const grants = new Map<string, Grant>();
  for (const { provider, path, workflows = [], secondPath } of outputs) {
    const plugin = `provider/${provider}`;
    const own = pathsOf(path, workflows.length === 0 ? workflowIds : workflows);
    for (const text of [...own, ...(secondPath === undefined ? [] : [secondPath])]) {
      const parsed = parseOutputPath(text);
      if ("problem" in parsed) {
        const because = parsed.problem;
        failures.push({ reason: "output-path-refused", plugin: undefined, path: text, because });
        continue;
      }
      const earlier = grants.get(parsed.path);
      if (earlier !== undefined && earlier.plugin !== plugin) {
        const plugins = [earlier.plugin, plugin] as const;
        failures.push({ reason: "output-granted-twice", path: parsed.path, plugins });
      }
      const isOptional = text === secondPath && earlier?.isOptional !== false;
      grants.set(parsed.path, { path: parsed.path, plugin, isOptional });
    }
  }
  const sorted = [...grants.values()].toSorted((a, b) => compareBytes(a.path, b.path));
  failures.push(...collisionsOf(sorted.map(({ path }) => path)));
  return failures.length === 0 ? ok(sorted) : fail(failures);
}

function pathsOf(path: string, workflows: readonly string[]): readonly string[] {
  return path.includes("{workflow}")
    ? workflows.map((id) => path.replaceAll("{workflow}", id))
    : [path];
}

/** Paths that cannot all be files of one folder. */
function collisionsOf(paths: readonly OutputPath[]): readonly MergeFailure[] {
  const byFolded = new Map<string, OutputPath>();
  const failures: MergeFailure[] = [];
  for (const path of paths) {
    const earlier = byFolded.get(foldedPath(path));
    if (earlier === undefined) byFolded.set(foldedPath(path), path);
    else {
      failures.push({ reason: "output-paths-collide", paths: [earlier, path], because: "case" });
    }
  }
  for (const path of paths) {
    for (const folder of foldersAbove(path)) {
      const file = byFolded.get(foldedPath(folder));
      if (file === undefined) continue;
      failures.push({ reason: "output-paths-collide", paths: [file, path], because: "folder" });
    }
  }
  return failures;
}
