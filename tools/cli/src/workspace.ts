import path from "node:path";
import { existsSync } from "@slipway/signature/file-system";

/** The nearest folder upwards that holds an nx.json. */
export function findWorkspace(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (isWorkspace(folder)) return folder;
    if (path.dirname(folder) === folder) return from;
  }
}

export function isWorkspace(folder: string): boolean {
  return existsSync(path.join(folder, "nx.json"));
}
