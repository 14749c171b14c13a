import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ReleaseFailure } from "./failure.ts";
import type { OpenPackage } from "./open-release.ts";
import { idsIn } from "./shipped-ids.ts";
import type { ProcessIds } from "./shipped-ids.ts";
import type { Tarball } from "./tarball.ts";

/**
 * The versions that are not deprecated and carry the id of a process that the deploy target no longer has. Each is
 * fetched, as the registry does not know what is in it.
 */
export async function deadVersions(
  { npm, idsFile, packageJson }: OpenPackage,
  recorded: ProcessIds,
  effects: {
    readonly fetch: (version: string) => Promise<Result<Tarball, ReleaseFailure>>;
    readonly progress: (line: string) => void;
  },
): Promise<Result<readonly string[], ReleaseFailure>> {
  if (idsFile === undefined) return ok([]);
  const stable = await npm.stableVersions();
  if (!stable.ok) return stable;
  const known = new Set(recorded.values());
  const dead: string[] = [];
  for (const { version } of stable.value.filter((one) => one.deprecated === undefined)) {
    effects.progress(`reading the ids of ${packageJson.name}@${version}`);
    const tarball = await effects.fetch(version);
    if (!tarball.ok) return tarball;
    const shipped = idsIn(tarball.value.textOf(idsFile) ?? "");
    if (shipped.some((id) => !known.has(id))) dead.push(version);
  }
  return ok(dead);
}
