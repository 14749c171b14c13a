import { readdirSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "../../../pipeline-plugins");

/** The programs of the plugins that come with us, by name: `provider-github` is provider/github. */
export function standardPlugins(): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-"))
    .map(({ name }) => name)
    .toSorted();
  return new Map(
    names.map((name) => [name.replace("-", "/"), path.join(folder, name, "src", "main.ts")]),
  );
}
