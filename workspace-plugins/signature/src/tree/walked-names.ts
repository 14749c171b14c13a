import { ok } from "../result.ts";
import { foldersIn } from "./assemble.ts";
import { noRepositoryMarks } from "./notes.ts";
import type { Names } from "./names.ts";
import type { FolderWork } from "./survey-folder.ts";

/** Outside of a repository every name counts but those that no walk looks into; empty folders do too. */
export function walkedNames(root: string): Names {
  return {
    scheme: "walk",
    works: [workIn("")],
    next: async (blocks) => ok(blocks.flatMap(foldersIn).map(workIn)),
    notes: async () => ({
      scheme: "walk",
      folder: root,
      marks: noRepositoryMarks(root),
      settings: "",
      repositories: [],
      texts: {},
    }),
  };
}

function workIn(folder: string): FolderWork {
  return { path: folder, listed: undefined, folders: "" };
}
