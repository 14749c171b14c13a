import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

type Options = { readonly toJSONSchema: (parameters: object) => object };

/** The folders of tools whose `schema.json` follows from the zod schema in their `options.ts`, relative to `root`. */
export function schemaFolders(root: string): readonly string[] {
  return globSync("tools/{executors,generators}/*/options.ts", { cwd: root })
    .map((file) => path.dirname(file).replaceAll(path.sep, "/"))
    .filter((folder) => folder !== "tools/executors/session")
    .toSorted();
}

/** The text of the `schema.json` of one of `schemaFolders`. */
export async function schemaText(root: string, folder: string): Promise<string> {
  const file = path.join(root, folder, "options.ts");
  const module: unknown = await import(pathToFileURL(file).href);
  if (!holdsOptions(module))
    throw new Error(`${folder}/options.ts exports no zod schema named Options`);
  const { $schema, ...schema }: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(module.Options.toJSONSchema({ target: "draft-7", io: "input" })),
  );
  const whole = { $schema, version: 2, title: path.posix.basename(folder), ...schema };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

function holdsOptions(module: unknown): module is { readonly Options: Options } {
  if (typeof module !== "object" || module === null || !("Options" in module)) return false;
  const options: unknown = module.Options;
  return typeof options === "object" && options !== null && "toJSONSchema" in options;
}
