import path from "node:path";
import { parseJson, readTextIfPresent } from "@slipway/signature/basics";
import { z } from "zod";
import { standardPlugins } from "../render/standard-plugins.ts";
import { manifestName, parseManifest } from "./manifest.ts";

const PackageJson = z.object({ version: z.string() });

/** Versions of the plugins that come with us, by name: of their manifest, or else of their package. */
export async function standardVersions(): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const [name, { folder }] of standardPlugins()) {
    const manifest = await readTextIfPresent(path.join(folder, manifestName));
    const own = manifest === undefined ? undefined : parseManifest(manifestName, manifest);
    const text = await readTextIfPresent(path.join(folder, "package.json"));
    const { data } = PackageJson.safeParse(parseJson(text ?? ""));
    const version = own?.ok === true ? own.value.version : data?.version;
    if (version !== undefined) versions.set(name, version);
  }
  return versions;
}
