import path from "node:path";
import { findProject } from "@slipway/packages/find-manifest";
import type { PackagesFailure } from "@slipway/packages";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";

/** The folder of the nearest manifest, relative to the one that we stand in, so that files are named as seen from there. */
export async function nearestProject(home: string): Promise<Result<string, PackagesFailure>> {
  const folder = process.cwd();
  const found = await findProject(folder, home);
  return found === undefined
    ? fail({ reason: "manifest-missing", folder })
    : ok(path.relative(folder, found) || ".");
}
