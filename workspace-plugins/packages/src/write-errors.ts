import { fail } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { StoreFailure } from "./failure.ts";
import { hasCode } from "@slipway/signature/read-text";

/** What the file system says of a folder without rights, or a disk without room. */
export const denials = ["EACCES", "EPERM", "EROFS"] as const;
const shortages = ["ENOSPC", "EDQUOT"] as const;
/** A file, or a link to nothing or in a ring, where a folder should be; a disk that fails. */
const obstacles = ["ENOTDIR", "EEXIST", "ELOOP", "EIO", "ENAMETOOLONG"] as const;

/** Work in a folder, with a failure where it may not be written, has no room or is none. */
export async function onFolder<Value, Failure>(
  folder: string,
  work: () => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure | StoreFailure>> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, [...denials, ...shortages, ...obstacles])) throw error;
    const told = error instanceof Error ? error.message : "";
    return fail({ reason: "folder-not-writable", folder, error: told });
  }
}
