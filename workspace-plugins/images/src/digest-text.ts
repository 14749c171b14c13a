import { isDigest } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { z } from "zod";

export const DigestText = z.custom<Digest>(
  (value) => typeof value === "string" && isDigest(value),
  "must be sha256: and 64 hex digits",
);
