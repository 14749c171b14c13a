import { exists, fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { CacheFailure, PackagesCause } from "../failure.ts";
import { removeFolder } from "../place-folder.ts";
import { recordedBuild } from "./build.ts";
import { buildFolder, imageFolder } from "./cache.ts";
import type { Cache, CacheReference } from "./cache.ts";
import { recordedImage } from "./image.ts";

/** The build and the image of a reference, and what broke off in their places; what is another's stays. */
export async function removeCached(
  cache: Cache,
  reference: CacheReference,
): Promise<Result<Outcome<PackagesCause>, CacheFailure>> {
  const build = buildFolder(cache, reference);
  const image = imageFolder(cache, reference);
  const places = [
    { folder: build, holds: (await recordedBuild(build))?.name },
    { folder: image, holds: (await recordedImage(image))?.ref },
  ];
  const taken = places.find(({ holds }) => holds !== undefined && holds !== reference);
  const own: string[] = [];
  for (const { folder, holds } of places) {
    if ((holds ?? reference) === reference && (await exists(folder))) own.push(folder);
  }
  if (own.length === 0) {
    return fail(
      taken?.holds === undefined
        ? { reason: "cache-entry-missing", reference }
        : { reason: "cache-place-taken", reference, takenBy: taken.holds, folder: taken.folder },
    );
  }
  for (const folder of own) await removeFolder(folder);
  const facts = { package: reference, removed: own.join("\n") };
  return ok({ state: "done", cause: "cached-removed", facts });
}
