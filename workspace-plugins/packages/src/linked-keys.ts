import { readlink } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "@slipway/signature/read-text";
import type { Installed } from "./links.ts";
import { namesIn } from "@slipway/signature/names-in";

/** The packages that are importable in a project now, by whichever lock; in no order. */
export async function linkedKeys(aigogoFolder: string): Promise<ReadonlySet<string>> {
  const imports = path.join(aigogoFolder, "imports");
  const python = await namesIn(path.join(imports, "aigogo"));
  const javascript = await namesIn(path.join(imports, "@aigogo"));
  return new Set([...python.filter((name) => !name.startsWith("__")), ...javascript]);
}

/** Whether a package is importable in a project now with this content. */
export async function isLinkedTo(
  aigogoFolder: string,
  { locked, filesFolder, files }: Installed,
): Promise<boolean> {
  const [first] = files;
  const isPython = locked.language === "python";
  if (first === undefined) return false;
  const below = isPython ? `aigogo/${locked.key}` : `@aigogo/${locked.key}/${first.path}`;
  const target = isPython ? filesFolder : path.join(filesFolder, first.path);
  try {
    return (await readlink(path.join(aigogoFolder, "imports", below))) === target;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "EINVAL", "ENOTDIR"])) return false;
    throw error;
  }
}
