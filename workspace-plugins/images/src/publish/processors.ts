import { DigestText } from "@slipway/definitions/digest-text";
import { mediaTypes } from "@slipway/registry";
import type { Manifest, Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, parseJson } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { listedIn } from "../image-index.ts";
import { readAnnotation } from "../recorded-ingredients.ts";

const Entry = z.looseObject({
  mediaType: z.string(),
  digest: DigestText,
  size: z.int().nonnegative(),
  platform: z.looseObject({ os: z.string(), architecture: z.string() }).optional(),
});
type Entry = z.output<typeof Entry>;

/** An image of one processor that is to be under a name. */
export type OwnImage = {
  readonly digest: Digest;
  readonly platform: { readonly os: string; readonly architecture: string };
};

/** What is under a name beside an image: those of other processors, which stay. */
export type Beside = { readonly isThere: boolean; readonly others: readonly Entry[] };

/** Asks a registry that has something else under the name than this image alone. */
export async function imagesBeside(
  registry: Pick<Registry, "getManifest">,
  reference: Reference,
  own: OwnImage,
): Promise<Result<Beside, RegistryFailure>> {
  const found = await registry.getManifest(reference);
  if (found.state === "unknown") return fail(found.failure);
  if (found.state === "missing") return ok({ isThere: false, others: [] });
  const entries = entriesOf(found.value);
  return ok({
    isThere: entries.some(({ digest }) => digest === own.digest),
    others: entries.filter(({ platform }) => platform !== undefined && !isOf(platform, own)),
  });
}

/** An index of this image, whose manifest has so many bytes, and of the others, in the order of their processors. */
export function indexOf(
  own: OwnImage & { readonly sizeBytes: number },
  others: readonly Entry[],
): Pick<Manifest, "mediaType" | "bytes"> {
  const { digest, sizeBytes, platform } = own;
  const entry: Entry = { mediaType: mediaTypes.ociManifest, digest, size: sizeBytes, platform };
  const manifests = [...others, entry].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  return { mediaType: mediaTypes.ociIndex, bytes: Buffer.from(JSON.stringify(index)) };
}

function keyOf({ platform, digest }: Entry): string {
  return `${platform?.os ?? ""}/${platform?.architecture ?? ""} ${digest}`;
}

function isOf(platform: OwnImage["platform"], own: OwnImage): boolean {
  return platform.os === own.platform.os && platform.architecture === own.platform.architecture;
}

/** One image that does not say for which processor it is has no place beside another. */
function entriesOf(manifest: Manifest): readonly Entry[] {
  const value = parseJson(manifest.bytes.toString("utf8"));
  if (listedIn(manifest) !== undefined) {
    return z.object({ manifests: z.array(Entry) }).safeParse(value).data?.manifests ?? [];
  }
  const { digest, mediaType, bytes } = manifest;
  const { annotations } = Annotated.safeParse(value).data ?? {};
  const [os, architecture] = readAnnotation(annotations)?.["platform"]?.split("/") ?? [];
  return os === undefined || architecture === undefined
    ? []
    : [{ mediaType, digest, size: bytes.byteLength, platform: { os, architecture } }];
}

const Annotated = z.object({ annotations: z.record(z.string(), z.string()).optional() });
