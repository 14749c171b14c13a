import { createReadStream } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseReference } from "@slipway/registry";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import { fetchPackage } from "../fetch.ts";
import { hasCode } from "@slipway/signature/read-text";
import { extractLayer } from "../layer.ts";
import { removeTree } from "../remove-tree.ts";

/** Of a layer that was pulled; `undefined` where it is none, or refused for what it holds. */
export async function layerManifest(layerFile: string): Promise<string | undefined> {
  return inOwnFolder(async (folder) => {
    try {
      const extracted = await extractLayer(createReadStream(layerFile), folder);
      return extracted.ok ? await readTextIfPresent(path.join(folder, manifestName)) : undefined;
    } catch (error) {
      if (hasCode(error, ["ENOENT", "ENOTDIR", "EISDIR", "EACCES"])) return undefined;
      throw error;
    }
  });
}

/** Of what a reference names; `undefined` where that is gone, or no package. */
export async function publishedManifest(
  registry: Registry,
  reference: string,
): Promise<Result<string | undefined, RegistryFailure>> {
  const parsed = parseReference(reference);
  if (!parsed.ok) return parsed;
  return inOwnFolder(async (folder) => {
    const files = path.join(folder, "files");
    const fetched = await fetchPackage(registry, parsed.value, files);
    if (fetched.state === "unknown") return fail(fetched.failure);
    if (fetched.state !== "present") return ok(undefined);
    return ok(await readTextIfPresent(path.join(files, manifestName)));
  });
}

/** A temporary folder that is gone afterwards, whatever happens. */
async function inOwnFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-search-"));
  try {
    return await work(folder);
  } finally {
    await removeTree(folder);
  }
}
