import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ModulesFailure } from "./failure.ts";
import { manifestName, parseManifest } from "./manifest.ts";
import type { ModuleManifest } from "./manifest.ts";

/** `folder` is relative to the root that it was looked for in. */
export type LocalModule = { readonly manifest: ModuleManifest; readonly folder: string };

/** What the manifest in a folder on this machine says. */
export async function readLocal(
  root: string,
  folder: string,
): Promise<Result<LocalModule, ModulesFailure>> {
  const file = path.posix.join(folder, manifestName);
  const text = await readTextIfPresent(path.join(root, file));
  if (text === undefined) return fail({ reason: "module-manifest-missing", file });
  const manifest = parseManifest(file, text);
  return manifest.ok ? ok({ manifest: manifest.value, folder }) : manifest;
}
