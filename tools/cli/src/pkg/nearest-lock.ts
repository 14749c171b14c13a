import path from "node:path";
import { findLock } from "@slipway/packages/find-lock";
import { lockName } from "@slipway/packages/lock";
import type { PackagesFailure } from "@slipway/packages";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";

/** The lock of the folder that we stand in, or of the nearest one above it; absolute. */
export async function nearestLock(): Promise<Result<string, PackagesFailure>> {
  const found = await findLock(process.cwd());
  if (found !== undefined) return ok(found);
  return fail({ reason: "package-file-missing", file: path.resolve(lockName) });
}
