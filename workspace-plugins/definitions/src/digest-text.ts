import { isDigest } from "@slipway/signature/digest";
import { z } from "zod";

export const DigestText = z.string().refine(isDigest, "must be sha256: and 64 hex digits");
