import path from "node:path";
import { parseDigest, readTextIfPresent } from "@slipway/signature/basics";
import { manifestName } from "../content.ts";
import type { InstalledPackage } from "../install.ts";
import { parseForeignManifest } from "../manifest.ts";
import { filesFolder } from "../store-place.ts";
import type { Store } from "../store-place.ts";

const languages = ["python", "javascript"] as const;

/** Of which languages something is installed that needs packages of that language's own, beside what is optional. */
export async function languagesInNeed(
  store: Store,
  packages: readonly InstalledPackage[],
): Promise<readonly (typeof languages)[number][]> {
  const found = await Promise.all(
    languages.map(async (language) => {
      for (const each of packages) {
        if (each.language === language && (await isInNeed(store, each))) return [language];
      }
      return [];
    }),
  );
  return found.flat();
}

async function isInNeed(store: Store, { integrity }: InstalledPackage): Promise<boolean> {
  const digest = parseDigest(integrity);
  if (digest === undefined) return false;
  const file = path.join(filesFolder(store, digest), manifestName);
  const manifest = parseForeignManifest(file, (await readTextIfPresent(file)) ?? "");
  const runtime = manifest.ok ? (manifest.value.dependencies?.runtime ?? []) : [];
  return runtime.some(({ optional }) => optional !== true);
}
