import { shortDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import type { ProcessRecord } from "./record.ts";

/** In what the network and the record do not say the same of a process. `definition`: `ao.yml` does not name it. */
export type Difference = {
  readonly name: string;
  readonly about: "definition" | "process" | "settings" | "code" | "links";
  readonly recorded: string;
  readonly found: string;
};

export function differencesOf(
  name: string,
  recorded: ProcessRecord | undefined,
  found: ProcessRecord | undefined,
): readonly Difference[] {
  const rows = [
    ["process", recorded?.process, found?.process],
    ["settings", shown(recorded?.spawnDigest), shown(found?.spawnDigest)],
    ["code", shown(codeOf(recorded)), shown(codeOf(found))],
    ["links", shown(linksOf(recorded)), shown(linksOf(found))],
  ] as const;
  return rows
    .filter(([, before, now]) => before !== now)
    .map(([about, before, now]) => ({
      name,
      about,
      recorded: before ?? "none",
      found: now ?? "none",
    }));
}

function codeOf(record: ProcessRecord | undefined): Digest | undefined {
  return record?.state === "deployed" ? record.codeDigest : undefined;
}

function linksOf(record: ProcessRecord | undefined): Digest | undefined {
  return record?.state === "deployed" ? record.linksDigest : undefined;
}

function shown(digest: Digest | undefined): string | undefined {
  return digest === undefined ? undefined : shortDigest(digest);
}
