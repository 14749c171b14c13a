import type { Digest } from "@slipway/signature";
import type { SpawnSettings } from "./spawn-settings.ts";

/** One process as a run wants it. */
export type Goal = {
  readonly name: string;
  readonly settings: SpawnSettings;
  readonly code: string;
  readonly codeDigest: Digest;
  readonly handlers: readonly string[];
};
