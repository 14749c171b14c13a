import { shortDigest } from "@slipway/signature/basics";
import type { Outcome } from "@slipway/signature";
import type { MadeImage } from "./build.ts";
import type { ImagesCause } from "./failure.ts";

/** What a target says of the image that it made, or did not have to make. */
export function outcomeOf({ receipt, reasons }: MadeImage): Outcome<ImagesCause> {
  const isBuilt = reasons === undefined || reasons.length > 0;
  const version = receipt.agentVersion ?? "";
  return {
    state: isBuilt ? "done" : "unchanged",
    cause: isBuilt ? "image-built" : "image-as-before",
    facts: { [receipt.reference]: `${version} ${shortDigest(receipt.imageId)}`.trim() },
  };
}
