import { realpath } from "node:fs/promises";
import path from "node:path";
import { issueWords } from "@slipway/definitions/issue-words";
import { fail, hasCode, ok, readTextIfPresent } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import type { DiscoveryFailure } from "./discovery-failure.ts";

const manifestName = "module.toml";

const platform = `${process.platform}-${process.arch}`;

const Program = z.object({ program: z.string() });

/** What is needed to start it. A module that is made of steps has nothing to run. */
const Manifest = z.object({
  module: z.object({
    name: z.string(),
    capabilities_required: z.array(z.string()).default([]),
  }),
  run: z
    .union([
      Program,
      z
        .record(z.string(), Program)
        .transform((byPlatform) => ({ program: byPlatform[platform]?.program })),
    ])
    .optional(),
});

/** Paths have no links in them. `required` are capabilities of the sandbox. */
export type PluginFolder = {
  readonly folder: string;
  readonly program: string | undefined;
  readonly required: readonly string[];
};

/** `undefined` where there is no manifest. */
export async function readPluginFolder(
  plugin: string,
  folder: string,
): Promise<Result<PluginFolder, DiscoveryFailure> | undefined> {
  const file = path.join(folder, manifestName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return undefined;
  const invalid = (problems: readonly string[]): Result<never, DiscoveryFailure> =>
    fail({ reason: "plugin-manifest-invalid", plugin, file, problems });
  const manifest = parseManifest(text);
  if (!manifest.ok) return invalid(manifest.failure);
  const { module, run } = manifest.value;
  if (module.name !== plugin) {
    return invalid([`module.name: is ${module.name}, where ${plugin} is looked for`]);
  }
  const required = module.capabilities_required;
  if (run === undefined) return ok({ folder, program: undefined, required });
  const relative = run.program;
  if (relative === undefined) return invalid([`run: has nothing for ${platform}`]);
  const program = await resolveInside(folder, relative);
  if (!program.ok) return invalid([`run: ${relative} ${program.failure}`]);
  const { inside, found } = program.value;
  return ok({ folder: inside, program: found, required });
}

function parseManifest(text: string): Result<z.output<typeof Manifest>, readonly string[]> {
  try {
    const { data, error } = Manifest.safeParse(parse(text), { error: issueWords });
    if (data !== undefined) return ok(data);
    return fail(error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return fail([`${error.line}:${error.column}: ${error.message.split("\n")[0] ?? ""}`]);
  }
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
