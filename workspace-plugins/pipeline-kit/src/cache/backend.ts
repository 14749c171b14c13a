import type { z } from "zod";
import type { ValueInit } from "../graph.ts";

export { SecretName, settingsOfBackends } from "./settings.ts";

/** Somewhere that keeps files by key, and its command line tool. */
export type Backend<Settings extends BackendSettings> = {
  /** s3, of the plugin cache/s3 */
  readonly name: string;
  readonly settings: z.ZodType<Settings>;
  /**
   * Functions of a POSIX shell, for which the variables below are set, and `$folder` is a temporary folder: `has KEY` ends with 0
   * where there is one, `get KEY FILE` and `put FILE KEY` copy.
   */
  readonly functions: string;
  /** With SLIPWAY_CACHE_BUCKET, which is set for all. */
  readonly env: (settings: Settings) => Readonly<Record<string, string | ValueInit>>;
};

export type BackendSettings = {
  readonly bucket: string;
  /** Before each key. */
  readonly prefix: string;
  /** Whether a run for a pull request may keep what all runs then restore. */
  readonly save_in_pull_requests: boolean;
};
