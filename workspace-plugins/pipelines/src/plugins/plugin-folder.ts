import { realpath } from "node:fs/promises";
import path from "node:path";
import { fail, hasCode, ok, readTextIfPresent } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { ModulesFailure } from "../modules/failure.ts";
import { machinePlatform, manifestName, parseManifest, programFor } from "../modules/manifest.ts";
import type { DiscoveryFailure } from "./discovery-failure.ts";
import type { SandboxCapability } from "./sandbox-capabilities.ts";

/** Paths have no links in them. `required` are capabilities of the sandbox. */
export type PluginFolder = {
  readonly folder: string;
  readonly program: string | undefined;
  readonly required: readonly SandboxCapability[];
};

type FolderFailure = DiscoveryFailure | ModulesFailure;

/** `undefined` where there is no manifest. */
export async function readPluginFolder(
  plugin: string,
  folder: string,
): Promise<Result<PluginFolder, FolderFailure> | undefined> {
  const file = path.join(folder, manifestName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return undefined;
  const manifest = parseManifest(file, text);
  if (!manifest.ok) return manifest;
  const invalid = (problem: string): Result<never, DiscoveryFailure> =>
    fail({ reason: "plugin-manifest-invalid", plugin, file, problem });
  const { name, content, capabilitiesRequired: required } = manifest.value;
  if (name !== plugin) return invalid(`module.name: is ${name}, where ${plugin} is looked for`);
  if (content.kind !== "program") return ok({ folder, program: undefined, required });
  const platform = machinePlatform();
  const relative = programFor(manifest.value, platform);
  if (relative === undefined) return invalid(`run: has nothing for ${platform}`);
  const program = await resolveInside(folder, `./${relative}`);
  if (!program.ok) return invalid(`run: ${relative} ${program.failure}`);
  const { inside, found } = program.value;
  return ok({ folder: inside, program: found, required });
}

/** Of a path from a file: `./`, and nothing that leads out of the folder, by name or by a link. */
export async function resolveInside(
  folder: string,
  relative: string,
): Promise<Result<{ readonly inside: string; readonly found: string }, string>> {
  if (!relative.startsWith("./") || relative.includes("\0")) return fail("does not begin with ./");
  try {
    const inside = await realpath(folder);
    const found = await realpath(path.join(inside, relative));
    return found.startsWith(`${inside}${path.sep}`)
      ? ok({ inside, found })
      : fail("leads out of its folder");
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "ELOOP"])) return fail("there is no such file");
    throw error;
  }
}
