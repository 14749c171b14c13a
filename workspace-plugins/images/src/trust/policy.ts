import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import { DigestText } from "@slipway/definitions/digest-text";
import type { DefinitionFailure } from "@slipway/definitions";
import { isWithin, parseShortReference } from "@slipway/registry/reference";
import type { RegistryFailure } from "@slipway/registry";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { imagesPolicyName } from "../images-lock-name.ts";
import type { PolicyFailure } from "./failure.ts";

const anywhere = "*";

const Rule = z.strictObject({
  /** `host[:port]`, `host[:port]/path`: the repository itself and all below. `*`: any. */
  images: z.array(z.string().min(1, "must not be empty")).min(1, "must have one at least"),
  /** Whether a signer that the workspace trusts has to have signed it. */
  signed: z.boolean().optional(),
  /** Of those, only these: digests of public keys. */
  signers: z.array(DigestText).min(1, "must have one at least").optional(),
});

const ImagesPolicyFile = z.strictObject({ schema: z.literal(1), rules: z.array(Rule) });

export type ImageRule = z.output<typeof Rule>;
export type ImagesPolicy = { readonly file: string; readonly rules: readonly ImageRule[] };

/** Of a workspace, or of the folder of a user's own lock. `undefined`: there is none, and nothing is refused by it. */
export async function readImagesPolicy(
  folder: string,
): Promise<Result<ImagesPolicy | undefined, DefinitionFailure>> {
  const file = path.join(folder, imagesPolicyName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return ok(undefined);
  const read = parseYaml(imagesPolicyName, text, ImagesPolicyFile);
  return read.ok ? ok({ file, rules: read.value.rules }) : read;
}

const openRule: ImageRule = { images: [anywhere] };

/** The first rule that has an image decides about it. What no rule has is refused: a policy leaves nothing open. */
export function ruleFor(
  policy: ImagesPolicy | undefined,
  reference: string,
): Result<ImageRule, PolicyFailure | RegistryFailure> {
  if (policy === undefined) return ok(openRule);
  const parsed = parseShortReference(reference);
  if (!parsed.ok) return parsed;
  const found = policy.rules.find(({ images }) =>
    images.some((place) => place === anywhere || isWithin(parsed.value, place)),
  );
  return found === undefined
    ? fail({ reason: "image-not-allowed", policyFile: policy.file, reference })
    : ok(found);
}

/** Whether an image needs a signature that is believed. */
export function asksForSignature({ signed, signers }: ImageRule): boolean {
  return signed === true || signers !== undefined;
}

/** Why a signer does not count, though the workspace trusts them. */
export function objectionToSigner({ signers }: ImageRule, signer: string): string | undefined {
  return signers === undefined || signers.some((one) => one === signer)
    ? undefined
    : "not among the signers of the rule";
}
