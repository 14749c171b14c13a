import { readFile } from "node:fs/promises";
import path from "node:path";
import { canonicalJson, digestOf, hexOf, parseJson, writeJson } from "@slipway/signature/basics";
import { z } from "zod";
import type { Only } from "./wanted.ts";

/** When it was last looked for what is newer of what some definitions stand on. */
export type LookTimes = {
  /** Not looked for within the last hour, nor by a clock that is ahead of ours. */
  readonly isDue: (only: Only) => Promise<boolean>;
  /** Whatever was found out: a network that is not there is not waited for at every start. */
  readonly note: (only: Only) => Promise<void>;
};

const dueAfterMs = 60 * 60 * 1000;

const Stored = z.strictObject({ schema: z.literal(1), lookedAt: z.iso.datetime() });

/** Times are one file for each set of definitions, in a folder that can be lost. */
export function openLookTimes(folder: string, now: () => Date): LookTimes {
  const fileOf = (only: Only): string =>
    path.join(folder, `${hexOf(digestOf(canonicalJson(only))).slice(0, 32)}.json`);
  return {
    isDue: async (only) => {
      const text = await readFile(fileOf(only), "utf8").catch(() => "");
      const { data } = Stored.safeParse(parseJson(text));
      const agoMs = data === undefined ? Infinity : now().getTime() - Date.parse(data.lookedAt);
      return agoMs < 0 || agoMs >= dueAfterMs;
    },
    note: async (only) => writeJson(fileOf(only), { schema: 1, lookedAt: now().toISOString() }),
  };
}
