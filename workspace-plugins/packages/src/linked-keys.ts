import path from "node:path";
import { namesIn } from "./names-in.ts";

/** The packages that are importable in a project now, by whichever lock; in no order. */
export async function linkedKeys(aigogoFolder: string): Promise<ReadonlySet<string>> {
  const imports = path.join(aigogoFolder, "imports");
  const python = await namesIn(path.join(imports, "aigogo"));
  const javascript = await namesIn(path.join(imports, "@aigogo"));
  return new Set([...python.filter((name) => !name.startsWith("__")), ...javascript]);
}
