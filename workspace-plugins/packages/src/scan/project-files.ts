import { statSync } from "node:fs";
import path from "node:path";

/** What of a project is packed, and what lies beside that. Paths are relative to it, with slashes. */
export type ProjectFiles = {
  readonly packed: ReadonlySet<string>;
  /** Whether it is a file of the project, packed or not; never one outside of it. */
  readonly isFile: (file: string) => boolean;
};

export function projectFiles(folder: string, packed: readonly string[]): ProjectFiles {
  return {
    packed: new Set(packed),
    isFile: (file) => {
      const clean = path.posix.normalize(file);
      if (clean.startsWith("../") || path.posix.isAbsolute(clean) || clean.includes("\0"))
        return false;
      return statSync(path.join(folder, clean), { throwIfNoEntry: false })?.isFile() ?? false;
    },
  };
}

/** The first of these that is a file of the project, where none of them is packed. */
export function unpackedAmong(
  files: readonly string[],
  { packed, isFile }: ProjectFiles,
): string | undefined {
  const clean = files.map((file) => path.posix.normalize(file));
  return clean.some((file) => packed.has(file)) ? undefined : clean.find(isFile);
}
