import type { Digest } from "@slipway/signature";
import { evaluatedText } from "../evaluated-text.ts";
import type { Links } from "../evaluated-text.ts";
import type { SpawnSettings } from "./spawn-settings.ts";

/** One process as a run wants it. */
export type Goal = {
  readonly name: string;
  readonly settings: SpawnSettings;
  readonly code: string;
  readonly codeDigest: Digest;
  readonly handlers: readonly string[];
};

/** What is sent of it to be evaluated, in a process to which `earlier` code is known to have added handlers. */
export function textOf(
  { settings, code, codeDigest, handlers }: Goal,
  links: Links,
  earlier: readonly string[],
): string {
  return evaluatedText({ mode: settings.mode, code, codeDigest, links, handlers, earlier });
}
