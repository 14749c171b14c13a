import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import {
  digestOf,
  hexOf,
  ok,
  parseDigest,
  parseJson,
  readTextIfPresent,
  writeJson,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { Engine, ImageFacts } from "../engine-port.ts";
import type { ImagesFailure } from "../failure.ts";
import { decideBuild } from "../ingredients.ts";
import type { CurrentIngredient, CurrentIngredients, Ingredients } from "../ingredients.ts";
import { currentTable } from "../matrix/current-table.ts";
import { readSourceImages } from "../matrix/source-images.ts";
import type { SourceImage } from "../matrix/source-images.ts";
import { ImageStatement } from "../provenance.ts";
import { flatTable } from "../recorded-ingredients.ts";
import { objectionToSigner, readImagesPolicy, ruleFor } from "../trust/policy.ts";
import type { ImagesPolicy } from "../trust/policy.ts";
import type { ChainLink } from "./build-chain.ts";

export type PulledImage = {
  /** Hint of the key. */
  readonly signer: string;
  readonly facts: ImageFacts;
};

export type PulledWorld = {
  readonly stateFolder: string;
  readonly workspaceRoot: string;
  readonly engine: Pick<Engine, "image" | "platform">;
  readonly now: Date;
  /** Its version has to be the locked one. */
  readonly isFrozen: boolean;
  readonly signal: AbortSignal;
};

/** Keeps the bundle of an image that was pulled. It is verified again whenever it is to count, so that it need not be guarded. */
export async function notePulled(
  stateFolder: string,
  pulled: { readonly reference: string; readonly bundle: string },
): Promise<void> {
  const name = `${hexOf(digestOf(pulled.bundle))}.json`;
  await writeJson(path.join(placeIn(stateFolder), name), { schema: 1, ...pulled });
}

/**
 * A pulled image that is what a build of the uppermost link would make, by the table that a signer whom the workspace trusts has
 * signed: no row is certainly another. `undefined`: there is none, or definitions from elsewhere have a part in it.
 */
export async function findPulled(
  links: readonly ChainLink[],
  world: PulledWorld,
): Promise<Result<PulledImage | undefined, ImagesFailure>> {
  const reference = links.at(-1)?.source.reference;
  const policy = await readImagesPolicy(world.workspaceRoot);
  if (!policy.ok) return policy;
  const claims = (await readClaims(world, policy.value)).filter(
    (claim) => claim.reference === reference,
  );
  if (claims.length === 0) return ok(undefined);
  const sources = await readSourceImages(world.workspaceRoot, world.signal);
  if (!sources.ok) return sources;
  const source = uppermostOf(links, sources.value.images, world.engine.platform.architecture);
  if (source === undefined) return ok(undefined);
  const current = await currentTable(source, unknown, sources.value.images);
  if (world.isFrozen && isAnyVersionOpen(current)) return ok(undefined);
  for (const { signer, imageId, table } of claims) {
    if (decideBuild(table, current).length > 0) continue;
    const found = await world.engine.image(imageId);
    if (!found.ok) return found;
    if (found.value?.id === imageId) return ok({ signer, facts: found.value });
  }
  return ok(undefined);
}

/** Of the agent, which an image that extends it has below. */
function isAnyVersionOpen(table: CurrentIngredients): boolean {
  return Object.entries(table).some(
    ([name, { state }]) => /^(?:base )*version$/.test(name) && state !== "known",
  );
}

/** What is below is compared by its rows: which image it is nobody here can tell. */
async function unknown(): Promise<CurrentIngredient> {
  return { state: "unknown" };
}

/** Each link has to be one of the workspace's own: a user's definition of the name makes another image. */
function uppermostOf(
  links: readonly ChainLink[],
  sources: readonly SourceImage[],
  architecture: string,
): SourceImage | undefined {
  const found = links.map(({ source: { reference, layout } }) =>
    sources.find(
      (one) =>
        one.architecture === architecture &&
        one.image.reference === reference &&
        one.image.layout === layout,
    ),
  );
  return found.includes(undefined) ? undefined : found.at(-1);
}

/** What a bundle says, once it is believed. */
type Claim = {
  readonly signer: string;
  /** What it was built as, such as `slipway/codex:debian`. */
  readonly reference: string;
  readonly imageId: Digest;
  readonly table: Ingredients;
};

const Note = z.strictObject({
  schema: z.literal(1),
  /** In its registry, by digest. */
  reference: z.string(),
  bundle: z.string(),
});

/** A bundle that is not believed, or whose image is not allowed, any more counts as if it were not there. */
async function readClaims(
  { stateFolder, workspaceRoot, now }: PulledWorld,
  policy: ImagesPolicy | undefined,
): Promise<readonly Claim[]> {
  const folder = placeIn(stateFolder);
  const names = (await namesIn(folder)).filter((name) => name.endsWith(".json"));
  if (names.length === 0) return [];
  // Loaded here: most who start an agent have pulled none.
  const { readStatement, readTrust } = await import("@slipway/attestation");
  const trust = await readTrust(workspaceRoot);
  if (!trust.ok) return [];
  const claims: Claim[] = [];
  for (const name of names) {
    const text = await readTextIfPresent(path.join(folder, name));
    const note = Note.safeParse(parseJson(text ?? "")).data;
    const rule = note === undefined ? undefined : ruleFor(policy, note.reference);
    if (note === undefined || rule?.ok !== true) continue;
    const read = readStatement(note.bundle, ImageStatement, { trust: trust.value, now });
    if (!read.ok || objectionToSigner(rule.value, read.value.signer) !== undefined) continue;
    claims.push(...claimOf(read.value.statement, read.value.signer));
  }
  return claims;
}

/** Without the engine that it was built by, which is another one here. */
function claimOf({ predicate }: ImageStatement, signer: string): readonly Claim[] {
  const { externalParameters, internalParameters, resolvedDependencies } =
    predicate.buildDefinition;
  const rows = resolvedDependencies.flatMap(({ name, uri, digest }) => {
    if (!("sha256" in digest)) return [];
    const value = `sha256:${digest.sha256}`;
    return [[name, uri === undefined ? value : `${uri} ${value}`] as const];
  });
  const { reference, values } = externalParameters;
  const table: Ingredients = flatTable({ ...values, ...Object.fromEntries(rows) }, undefined);
  const imageId = parseDigest(internalParameters.imageId);
  return imageId === undefined ? [] : [{ signer, reference, imageId, table }];
}

function placeIn(stateFolder: string): string {
  return path.join(stateFolder, "pulled-images");
}
