import type { RegistryFailure } from "@slipway/registry";
import { decideBuild, recordable } from "../ingredients.ts";
import type { BuildReason, Ingredients } from "../ingredients.ts";
import { currentTable, identifyPublished, revisionTable } from "./current-table.ts";
import type { Identify } from "./current-table.ts";
import type { Published } from "./published.ts";
import type { Architecture, SourceImage } from "./source-images.ts";

/** Why an image is in the matrix. */
export type MatrixReason =
  | BuildReason
  /** There is nothing to compare with. */
  | { readonly kind: "no-record" }
  /** The registry has no image under that name for that architecture. */
  | { readonly kind: "not-published" }
  /** There is one, and nothing says what it was made from. */
  | { readonly kind: "not-recorded" }
  | { readonly kind: "never-tested" };

/** What one job of CI has to do. */
export type MatrixEntry = {
  /** `test`: of what may not be redistributed, which is built to be tried and never pushed. */
  readonly kind: "build" | "test";
  /** Absent for a base. */
  readonly agent?: string;
  readonly base: string;
  /** Of an extended image, its name. */
  readonly extended?: string;
  readonly arch: Architecture;
  readonly platform: string;
  readonly image: string;
  /** Of Nx, which makes the image. */
  readonly target: string;
  /** Likewise, which makes a registry have it; absent where it may go nowhere. */
  readonly push?: string;
  readonly reasons: readonly MatrixReason[];
};

/** An image of which a registry said nothing that can be concluded from: it is in no matrix for that. */
export type Unasked = {
  readonly image: string;
  readonly platform: string;
  readonly failure: RegistryFailure;
};

export type Matrix = {
  readonly include: readonly MatrixEntry[];
  readonly unknown: readonly Unasked[];
  /** How many images were looked at. */
  readonly of: number;
};

/** What is on record of images; what is not asked is `undefined`. */
export type Records = {
  /** A registry, for what may be redistributed. */
  readonly published: Published | undefined;
  /** What has passed its tests, by `keyOf`, for the rest. */
  readonly tested: ReadonlyMap<string, Ingredients> | undefined;
  /** What a revision would be made from, by `keyOf`, where neither is asked. */
  readonly revision: ReadonlyMap<string, Ingredients> | undefined;
  /** Who knows of an image that no registry is asked for. */
  readonly built: Identify;
};

export function keyOf({ image, architecture }: SourceImage): string {
  return `${image.reference} linux/${architecture}`;
}

/** What is on record of a revision, by its own files. */
export function recordOf(images: readonly SourceImage[]): ReadonlyMap<string, Ingredients> {
  return new Map(images.map((source) => [keyOf(source), recordable(revisionTable(source))]));
}

/** Those of `wanted` that are certainly not as a record has them, in order; `all` is what they may stand on. */
export async function planMatrix(
  wanted: readonly SourceImage[],
  all: readonly SourceImage[],
  records: Records,
): Promise<Matrix> {
  const unknown = new Map<string, Unasked>();
  const noting = records.published && noteUnknown(records.published, unknown);
  const decided = await Promise.all(
    wanted.map(async (source) => ({
      source,
      reasons: await reasonsFor(source, all, { ...records, published: noting }),
    })),
  );
  return {
    include: decided
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ source, reasons }) => entryOf(source, reasons)),
    unknown: [...unknown.values()],
    of: wanted.length,
  };
}

function noteUnknown(published: Published, unknown: Map<string, Unasked>): Published {
  return async (source) => {
    const answer = await published(source);
    const platform = `linux/${source.architecture}`;
    if (answer.state === "unknown") {
      const { failure } = answer;
      unknown.set(keyOf(source), { image: source.image.reference, platform, failure });
    }
    return answer;
  };
}

async function reasonsFor(
  source: SourceImage,
  all: readonly SourceImage[],
  { published, tested, revision, built }: Records,
): Promise<readonly MatrixReason[]> {
  if (published !== undefined && !source.image.buildsLocally) {
    return publishedReasons(source, all, published);
  }
  if (tested !== undefined) {
    const recorded = tested.get(keyOf(source));
    return recorded === undefined
      ? [{ kind: "never-tested" }]
      : decideBuild(recorded, await currentTable(source, built, all));
  }
  if (revision === undefined) return [{ kind: "no-record" }];
  return decideBuild(revision.get(keyOf(source)), revisionTable(source));
}

async function publishedReasons(
  source: SourceImage,
  all: readonly SourceImage[],
  published: Published,
): Promise<readonly MatrixReason[]> {
  const answer = await published(source);
  if (answer.state === "missing") return [{ kind: "not-published" }];
  if (answer.state === "unknown") return [];
  const { ingredients } = answer.value;
  if (ingredients === undefined) return [{ kind: "not-recorded" }];
  return decideBuild(ingredients, await currentTable(source, identifyPublished(published), all));
}

function entryOf(source: SourceImage, reasons: readonly MatrixReason[]): MatrixEntry {
  const { image, architecture, on } = source;
  const { folder, suffix, reference, buildsLocally } = image;
  return {
    kind: buildsLocally ? "test" : "build",
    ...namesOf(source, on),
    arch: architecture,
    platform: `linux/${architecture}`,
    image: reference,
    target: `${folder.project}:image${suffix}`,
    ...(buildsLocally ? {} : { push: `${folder.project}:push${suffix}` }),
    reasons,
  };
}

function namesOf(
  { image }: SourceImage,
  on: SourceImage | undefined,
): Pick<MatrixEntry, "agent" | "base" | "extended"> {
  const { kind, name } = image.folder;
  if (kind === "base" || on === undefined) return { base: name };
  if (kind === "agent") return { agent: name, base: on.image.folder.name };
  return { ...namesOf(on, on.on), extended: name };
}
