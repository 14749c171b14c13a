import { hasCode } from "@slipway/signature/basics";
import type { Failure } from "./failures.ts";

const refusals = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EISDIR", "ELOOP"];

/** A full disk, or a right that is missing, is nobody's bug, wherever it is met. */
export function fileSystemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !hasCode(error, refusals)) return undefined;
  return { reason: "file-system-refused", error: error.message };
}
