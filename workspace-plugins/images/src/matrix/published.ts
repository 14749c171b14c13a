import { DigestText } from "@slipway/definitions/digest-text";
import { parseReference } from "@slipway/registry";
import type { Answer, Manifest, Reference, Registry, RegistryFailure } from "@slipway/registry";
import { ok, parseJson } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { listedIn } from "../image-index.ts";
import type { Ingredients } from "../ingredients.ts";
import { readAnnotation } from "../recorded-ingredients.ts";
import { publishedReference } from "../names.ts";
import type { SourceImage } from "./source-images.ts";

/** An image as a registry has it. */
export type PublishedImage = {
  readonly imageId: Digest;
  /** What it says that it was made from. `undefined`: nothing. */
  readonly ingredients: Ingredients | undefined;
};

/** What a registry has of an image; asked once for each. Only `missing` is certain not to be there. */
export type Published = (source: SourceImage) => Promise<Answer<PublishedImage>>;

/** `prefix` is the registry with what is before the names of images, as the targets `push` have it. */
export function openPublished(
  registry: Pick<Registry, "getManifest">,
  prefix: string,
): Result<Published, RegistryFailure> {
  const sound = parseReference(publishedReference(prefix, "slipway/image:tag"));
  if (!sound.ok) return sound;
  const asked = new Map<string, Promise<Answer<PublishedImage>>>();
  return ok((source) => {
    const key = `${source.image.reference} ${source.architecture}`;
    const answer = asked.get(key) ?? ask(registry, prefix, source);
    asked.set(key, answer);
    return answer;
  });
}

async function ask(
  registry: Pick<Registry, "getManifest">,
  prefix: string,
  { image, architecture }: SourceImage,
): Promise<Answer<PublishedImage>> {
  const reference = parseReference(publishedReference(prefix, image.reference));
  if (!reference.ok) return { state: "unknown", failure: reference.failure };
  const found = await registry.getManifest(reference.value);
  if (found.state !== "present") return found;
  const listed = listedIn(found.value);
  if (listed === undefined) return imageIn(found.value, reference.value, architecture);
  const [own] = listed.filter(
    ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
  );
  if (own === undefined) return { state: "missing" };
  const pinned = { ...reference.value, digest: own.digest };
  const manifest = await registry.getManifest(pinned);
  return manifest.state === "present" ? imageIn(manifest.value, pinned, architecture) : manifest;
}

const ImageManifest = z.object({
  config: z.object({ digest: DigestText }),
  layers: z.array(z.unknown()),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** What is no manifest was said by something else than a registry: nothing follows from it. */
function imageIn(
  { bytes }: Manifest,
  { registry, repository, tag, digest }: Reference,
  architecture: string,
): Answer<PublishedImage> {
  const parsed = ImageManifest.safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
  if (!parsed.success) {
    const url = `${registry}/v2/${repository}/manifests/${digest ?? tag ?? ""}`;
    const failure = { reason: "response-invalid", method: "GET", url } as const;
    return { state: "unknown", failure: { ...failure, problem: "manifest-invalid" } };
  }
  const { annotations, config } = parsed.data;
  const ingredients = readAnnotation(annotations);
  const platform = ingredients?.["platform"];
  // Under the name is the image of another architecture, and of this one there is none.
  if (platform !== undefined && platform !== `linux/${architecture}`) return { state: "missing" };
  return { state: "present", value: { imageId: config.digest, ingredients } };
}
