import { readFileSync } from "node:fs";
import path from "node:path";
import type { Repository } from "@slipway/pipeline-sdk/protocol";

/** The files of a repository. */
export type Tree = {
  readonly paths: readonly string[];
  /** `undefined`: there is no such file, or one that is too large to be what it is called. */
  readonly text: (file: string) => string | undefined;
};

const largestBytes = 16n * 1024n * 1024n;

export function openTree(repository: Repository | undefined): Tree {
  const { root = "", files = [] } = repository ?? {};
  const sizes = new Map(files.map((file) => [file.path, file.sizeBytes]));
  return {
    paths: [...sizes.keys()],
    text: (file) => {
      const sizeBytes = sizes.get(file);
      if (sizeBytes === undefined || sizeBytes > largestBytes) return undefined;
      return readFileSync(path.join(root, file), "utf8");
    },
  };
}
