import { z } from "zod";

/** Names of processes, deploy targets and projects: they become file names and tags. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens")
  .max(60, "must have 60 characters at most");

export const VariableName = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of a variable");

/** Of a unit. It holds no password: the file is committed, and addresses are shown in failures. */
export const Endpoint = z
  .url({ protocol: /^https?$/, error: "must be an address that begins with http:// or https://" })
  .regex(/^[^@?#]*$/, "must hold no password, query or fragment");

/** Of a transaction, a module or an address: base64url of 32 bytes, which leaves two bits of the last character zero. */
export const Id = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/,
    "must be an id of 43 base64url characters, the last of AEIMQUYcgkosw048",
  );

/** A path under the project, with slashes. */
const inProject = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/\\][^\\]*$/;

export const LuaFilePath = z
  .string()
  .regex(inProject, "must be a .lua file under the project, with slashes")
  .endsWith(".lua", "must be a .lua file under the project, with slashes");

export const FolderPath = z
  .string()
  .regex(/^\.$|^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/\\][^\\]*$/, "must be a folder under the project");

export const Tags = z.record(z.string().min(1), z.string());
export type Tags = z.output<typeof Tags>;

/** `30s`, `5m`, `2h`, `1d`: in milliseconds. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,5}(?:s|m|h|d)$/, "must be a number and s, m, h or d, as 30m")
  .transform((text) => Number(text.slice(0, -1)) * unitMs(text.slice(-1)));

function unitMs(unit: string): number {
  if (unit === "s") return 1000;
  if (unit === "m") return 60_000;
  return unit === "h" ? 3_600_000 : 86_400_000;
}
