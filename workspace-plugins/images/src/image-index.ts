import { DigestText } from "@slipway/definitions/digest-text";
import { mediaTypes } from "@slipway/registry";
import type { Manifest } from "@slipway/registry";
import { parseJson } from "@slipway/signature/basics";
import { z } from "zod";

type Listed = z.output<typeof Listed>;

const Listed = z.object({
  digest: DigestText,
  platform: z
    .object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
    .optional(),
});

const Index = z.object({ manifests: z.array(Listed) });

const indexTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerIndex];

/** The manifests that an OCI image index or Docker's list names. `undefined`: it is neither. */
export function listedIn({ mediaType, bytes }: Manifest): readonly Listed[] | undefined {
  return indexTypes.includes(mediaType)
    ? Index.safeParse(parseJson(Buffer.from(bytes).toString("utf8"))).data?.manifests
    : undefined;
}
