import { readFileSync } from "node:fs";
import path from "node:path";

/** What stands in `project/` as it will stand in the `.aigogo` of a project. */
export const nodeFileNames = [
  "package.json",
  "register-hooks.mjs",
  "register-places.js",
  "register.js",
  "register.mjs",
] as const;

export function projectFile(name: (typeof nodeFileNames)[number] | "__init__.py"): string {
  return readFileSync(path.join(import.meta.dirname, "project", name), "utf8");
}
