import path from "node:path";
import { exists } from "@slipway/signature/basics";
import { manifestName } from "./content.ts";

/**
 * The folder of the nearest manifest, from this one upwards; absolute. As with aigg the home folder and the root are only
 * looked at by those who stand in them.
 */
export async function findProject(folder: string, home: string): Promise<string | undefined> {
  const begun = path.resolve(folder);
  for (let at = begun; ; at = path.dirname(at)) {
    const isOutside = at === path.resolve(home) || at === path.dirname(at);
    if (isOutside && at !== begun) return undefined;
    if (await exists(path.join(at, manifestName))) return at;
    if (isOutside) return undefined;
  }
}
