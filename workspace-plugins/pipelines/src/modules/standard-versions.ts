import path from "node:path";
import { exists, parseJson, readTextIfPresent } from "@slipway/signature/basics";
import { namesIn } from "@slipway/signature/names-in";
import { z } from "zod";

const folder = path.join(import.meta.dirname, "../../../pipeline-plugins");

const PackageJson = z.object({ version: z.string() });

/** Versions of the plugins that come with us, by name: `provider-github` is provider/github. */
export async function standardVersions(): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const name of (await namesIn(folder)).toSorted()) {
    const text = await readTextIfPresent(path.join(folder, name, "package.json"));
    const { data } = PackageJson.safeParse(parseJson(text ?? ""));
    // What others share is a package there too, and no plugin.
    const isPlugin = name.includes("-") && (await exists(path.join(folder, name, "src/main.ts")));
    if (data !== undefined && isPlugin) {
      versions.set(name.replace("-", "/"), data.version);
    }
  }
  return versions;
}
