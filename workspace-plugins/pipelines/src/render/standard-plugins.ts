import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "../../../pipeline-plugins");

/** The programs of the plugins that come with us, by name: `provider-github` is provider/github. */
export function standardPlugins(): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-"))
    .map(({ name }) => name)
    .toSorted();
  return new Map(
    names.flatMap((name) => {
      const program = path.join(folder, name, "src", "main.ts");
      // What others share is a package there too, and no plugin.
      return existsSync(program) ? [[name.replace("-", "/"), program] as const] : [];
    }),
  );
}
