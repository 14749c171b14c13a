import { settingsOfAll } from "@slipway/pipeline-kit/policy";
import { z } from "zod";

const Globs = z.array(z.string());

export const settings = z.strictObject({
  ...settingsOfAll,
  /** Scopes that jobs may write to without a word: `contents`, `id-token`. */
  writable_scopes: Globs.default([]),
  /** Globs of steps of providers that are taken by a tag: `actions/*`. */
  trusted_steps: Globs.default([]),
  /** Globs of images that are taken by a tag. */
  trusted_images: Globs.default([]),
  /** Names of secrets that a pull request may read. */
  pull_request_secrets: Globs.default([]),
});

export type Settings = z.output<typeof settings>;
