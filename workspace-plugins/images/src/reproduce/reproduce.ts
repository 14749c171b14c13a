import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { BuildSession } from "../build.ts";
import type { ImagesFailure } from "../failure.ts";
import { blobFile } from "../layout.ts";
import type { ImageReceipt } from "../receipt.ts";
import type { ChainLink } from "../run/build-chain.ts";
import { readJson } from "../saved-image.ts";
import { compareConfigs } from "./compare-configs.ts";
import { compareLayers } from "./compare-layers.ts";
import type { FileDifference } from "./compare-layers.ts";
import { newReproduceFolder, sweepReproduced } from "./reproduce-folders.ts";

/** An image that was built twice, without a cache, from the same ingredients. */
export type Reproduced = {
  readonly reference: string;
  readonly imageIds: readonly [Digest, Digest];
  readonly isSame: boolean;
  readonly files: readonly FileDifference[];
  /** Keys of the config whose values differ, for example `config.Env`. */
  readonly config: readonly string[];
};

/**
 * Builds each image of a chain twice, in folders that are gone afterwards, on the same image below: so the differences
 * of one are not counted again in the next. What a layout in its place needs is built there first.
 */
export async function reproduceChain(
  links: readonly ChainLink[],
  session: BuildSession,
): Promise<Result<readonly Reproduced[], ImagesFailure>> {
  await sweepReproduced(session.workspaceRoot);
  const folder = await newReproduceFolder(session.workspaceRoot);
  try {
    const found: Reproduced[] = [];
    for (const [at, link] of links.entries()) {
      const below = at === 0 ? undefined : links[at - 1];
      const ready = await below?.make({ ...session, builds: "when-needed" });
      if (ready?.ok === false) return ready;
      const reproduced = await reproduce(link, session, path.join(folder, String(at)));
      if (!reproduced.ok) return reproduced;
      found.push(reproduced.value);
    }
    return ok(found);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reproduce(
  { source, make }: ChainLink,
  session: BuildSession,
  folder: string,
): Promise<Result<Reproduced, ImagesFailure>> {
  await mkdir(folder);
  const built: Built[] = [];
  for (const name of ["first", "second"]) {
    session.progress(`${source.reference}: the ${name} of two builds without a cache`);
    const rebuiltIn = path.join(folder, name);
    const made = await make({ ...session, rebuiltIn });
    if (!made.ok) return made;
    built.push({ folder: rebuiltIn, receipt: made.value.receipt });
  }
  const [first, second] = built;
  if (first === undefined || second === undefined) throw new Error("internal: two are built");
  const compared = await compareBuilt(source.reference, first, second);
  // Two images with all their files take much room.
  await rm(folder, { recursive: true, force: true });
  return compared;
}

type Built = { readonly folder: string; readonly receipt: ImageReceipt };

async function compareBuilt(
  reference: string,
  first: Built,
  second: Built,
): Promise<Result<Reproduced, ImagesFailure>> {
  const imageIds = [first.receipt.imageId, second.receipt.imageId] as const;
  const isSame = imageIds[0] === imageIds[1];
  if (isSame) return ok({ reference, imageIds, isSame, files: [], config: [] });
  const files: FileDifference[] = [];
  const [one, other] = [first.receipt.diffIds, second.receipt.diffIds];
  for (const [at, digest] of one.entries()) {
    const counterpart = other[at];
    if (counterpart === digest || counterpart === undefined) continue;
    const compared = await compareLayers(
      blobFile(first.folder, digest),
      blobFile(second.folder, counterpart),
    );
    if (!compared.ok) return compared;
    files.push(...compared.value);
  }
  const [a, b] = [await configOf(first), await configOf(second)];
  if (!a.ok) return a;
  if (!b.ok) return b;
  const layers = one.length === other.length ? [] : ["number of layers"];
  const config = [...layers, ...compareConfigs(a.value, b.value)];
  return ok({ reference, imageIds, isSame, files, config });
}

async function configOf({ folder, receipt }: Built): Promise<Result<unknown, ImagesFailure>> {
  const { reference, imageId } = receipt;
  const config = await readJson(folder, path.relative(folder, blobFile(folder, imageId)));
  return config === undefined
    ? fail({ reason: "layout-damaged", digest: imageId, folder, target: reference })
    : ok(config);
}
