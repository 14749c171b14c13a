import path from "node:path";
import {
  canonicalJson,
  digestOf,
  fail,
  hexOf,
  ok,
  parseJson,
  readTextIfPresent,
  writeJson,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { takeFirst } from "../builds/take-first.ts";
import type { ImagesFailure } from "../failure.ts";
import { isAgentVersion } from "./agent-version.ts";
import type { FoundVersion } from "./agent-version.ts";

/** What an answer holds for: the same script in the same image. */
export type Lookup = {
  readonly agent: string;
  readonly script: Digest;
  readonly builder: string;
};

type Look = () => Promise<Result<FoundVersion, ImagesFailure>>;

/** Answers of a short while ago, over all processes of a user; who asks what somebody else is asking waits for that. */
export type VersionCache = {
  readonly through: (lookup: Lookup, look: Look) => Promise<Result<FoundVersion, ImagesFailure>>;
};

export type VersionCacheOptions = {
  readonly folder: string;
  /** 0: what was found out before this cache was opened does not count. */
  readonly maxAgeMs: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

export const usualAgeMs = 10 * 60 * 1000;
/** Longer than both places may take, and the builder image to come. */
const turnMs = 10 * 60 * 1000;

const Stored = z.strictObject({
  schema: z.literal(1),
  version: z.string().refine(isAgentVersion),
  source: z.enum(["builder", "host"]),
  foundAt: z.iso.datetime(),
});

export function openVersionCache(options: VersionCacheOptions): VersionCache {
  const since = options.now().getTime() - options.maxAgeMs;
  return {
    through: async (lookup, look) => {
      const name = hexOf(digestOf(canonicalJson([lookup.script, lookup.builder]))).slice(0, 32);
      const file = path.join(options.folder, `${name}.json`);
      const { agent } = lookup;
      const { signal, progress, now } = options;
      const known = await readStored(file, since, now());
      if (known !== undefined) return ok({ ...known, definition: lookup.script });
      const turn = await takeFirst([path.join(options.folder, `${name}.lock`)], {
        signal,
        timeoutMs: turnMs,
        onWait: () =>
          progress(`another command asks for the version of ${agent}: waiting for its answer`),
      });
      if (!turn.ok) {
        return turn.failure === "stopped"
          ? fail({ reason: "version-interrupted", agent })
          : fail({ reason: "version-busy", agent, timeoutMs: turnMs });
      }
      using _turn = turn.value;
      const meanwhile = await readStored(file, since, now());
      if (meanwhile !== undefined) return ok({ ...meanwhile, definition: lookup.script });
      const found = await look();
      if (found.ok) {
        const { version, source } = found.value;
        await writeJson(file, { schema: 1, version, source, foundAt: now().toISOString() });
      }
      return found;
    },
  };
}

/** A file that is not whole is no answer, nor one from the future. */
async function readStored(
  file: string,
  since: number,
  now: Date,
): Promise<Pick<FoundVersion, "version" | "source"> | undefined> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return undefined;
  const stored = Stored.safeParse(parseJson(text)).data;
  if (stored === undefined) return undefined;
  const foundAt = Date.parse(stored.foundAt);
  if (foundAt < since || foundAt > now.getTime()) return undefined;
  return { version: stored.version, source: stored.source };
}
