import { userHome } from "@slipway/registry/user-home";
import { cacheIn } from "@slipway/packages/cache/cache";
import { storeIn } from "@slipway/packages/store-place";
import type { Cache, Place, Store } from "@slipway/packages";
import { openUserRegistry } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import { openAnswer } from "../answer.ts";
import type { Answer } from "../answer.ts";

/** What the commands of `slipway pkg` work with: the user's own store, registries and terminal. */
export type PackageCall = Answer & {
  readonly home: string;
  readonly store: Store;
  readonly cache: Cache;
  /** Where a manifest is looked for. */
  readonly place: Place;
  readonly registry: Registry;
};

export function openPackageCall(options: { readonly json?: boolean } = {}): PackageCall {
  const home = userHome();
  const answer = openAnswer(options);
  const { signal } = answer;
  return {
    ...answer,
    home,
    store: storeIn(home),
    cache: cacheIn(home),
    place: { folder: process.cwd(), home },
    registry: openUserRegistry({ home, environment: process.env }, { signal }),
  };
}
