import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const all = path.join(import.meta.dirname, "../../../pipeline-plugins");

type StandardPlugin = { readonly folder: string; readonly program: string };

/** The programs of the plugins that come with us, by name: `provider-github` is provider/github. */
export function standardPlugins(): ReadonlyMap<string, StandardPlugin> {
  const names = readdirSync(all, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-"))
    .map(({ name }) => name)
    .toSorted();
  return new Map(
    names.flatMap((name) => {
      const folder = path.join(all, name);
      const program = path.join(folder, "src", "main.ts");
      // What others share is a package there too, and no plugin.
      return existsSync(program) ? [[name.replace("-", "/"), { folder, program }] as const] : [];
    }),
  );
}
