import type { SigningKey } from "@slipway/attestation";
import type { Registry } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ImagesCause, ImagesFailure } from "../failure.ts";
import { forbidden } from "../ingredients.ts";
import { publishedReference } from "../names.ts";
import { pushLayout } from "../push.ts";
import type { BuiltImage } from "./built-images.ts";

export type ChainPush = {
  readonly registry: Registry;
  readonly root: string;
  /** `host[:port]`, `host[:port]/path`. */
  readonly to: string;
  readonly signingKey: SigningKey | undefined;
  readonly progress: (line: string) => void;
};

/** An image and what it stands on, lowest first, so that a registry has each layer once. Nothing, if one may not go. */
export async function pushChain(
  chain: readonly BuiltImage[],
  { registry, root, to, signingKey, progress }: ChainPush,
): Promise<Result<readonly Outcome<ImagesCause>[], ImagesFailure>> {
  const local = chain.find(({ receipt }) => receipt.inputs["redistribution"] === forbidden);
  if (local !== undefined) {
    return fail({ reason: "image-local-only", reference: local.receipt.reference });
  }
  const below: { readonly layout: string; readonly reference: string }[] = [];
  const pushed: Outcome<ImagesCause>[] = [];
  for (const { source } of chain) {
    const reference = publishedReference(to, source.reference);
    progress(`pushing ${reference}`);
    const { layout, target } = source;
    const request = { workspaceRoot: root, layout, target, reference, below, signingKey };
    const one = await pushLayout(registry, request);
    if (!one.ok) return one;
    pushed.push(one.value);
    below.push({ layout, reference });
  }
  return ok(pushed);
}
