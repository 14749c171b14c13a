import { homedir } from "node:os";
import { cacheIn } from "@slipway/packages/cache/cache";
import { storeIn } from "@slipway/packages/store-place";
import type { Cache, Place, Store } from "@slipway/packages";
import { openUserRegistry } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import type { Failure } from "@slipway/report";
import { openLines } from "@slipway/report/lines";
import { columns } from "@slipway/report/table";
import type { Outcome, Result } from "@slipway/signature";
import { tellResult } from "../tell.ts";

/** What the commands of `slipway pkg` work with: the user's own store, registries and terminal. */
export type PackageCall = {
  readonly home: string;
  readonly store: Store;
  readonly cache: Cache;
  /** Where a manifest is looked for. */
  readonly place: Place;
  readonly registry: Registry;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** The result as the words or, with `json`, as one object; answers with the exit code. */
  readonly tell: (result: Result<Outcome, Failure>) => Promise<0 | 1>;
  /** What was asked for, in aligned rows or, with `json`, as one object. */
  readonly show: (
    found: Readonly<Record<string, unknown>>,
    rows: readonly (readonly string[])[],
  ) => 0;
};

export function openPackageCall({ json = false }: { readonly json?: boolean } = {}): PackageCall {
  const home = homedir();
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  const { signal } = stopping;
  const { line, progress } = openLines();
  return {
    home,
    store: storeIn(home),
    cache: cacheIn(home),
    place: { folder: process.cwd(), home },
    registry: openUserRegistry({ home, environment: process.env }, { signal }),
    signal,
    progress,
    tell: async (result) => tellResult(result, { json }),
    show: (found, rows) => {
      if (json) line(JSON.stringify({ schema: 1, ...found }, undefined, 2));
      else for (const text of columns(rows)) line(text);
      return 0;
    },
  };
}
