import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Repository } from "@slipway/pipeline-sdk/protocol";

/** The files of a repository. */
export type Tree = {
  readonly paths: readonly string[];
  /** `undefined`: there is no such file, or one that is no text or too large to be what it is called. */
  readonly text: (file: string) => string | undefined;
};

const largestBytes = 16 * 1024 * 1024;

export function openTree(repository: Repository | undefined): Tree {
  const { root = "", files = [] } = repository ?? {};
  const paths = new Set(files.map((file) => file.path));
  return {
    paths: [...paths],
    text: (file) => {
      if (!paths.has(file)) return undefined;
      const place = path.join(root, file);
      // A link of the repository may lead to a folder, or nowhere.
      const found = statSync(place, { throwIfNoEntry: false });
      if (found?.isFile() !== true || found.size > largestBytes) return undefined;
      return readFileSync(place, "utf8");
    },
  };
}
