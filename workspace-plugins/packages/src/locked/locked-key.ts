import { fail, ok } from "@slipway/signature/basics";
import { namesNear } from "@slipway/signature/names-near";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import type { Lock, LockedPackage } from "../lock.ts";
import { keyText } from "../package-name.ts";

/** The package of a key, of the name that a Python key was made from, or of an import such as `@aigogo/key/file.js`. */
export function lockedPackage(lock: Lock, named: string): LockedPackage | undefined {
  const name = importedName(named);
  return (
    lock.packages.find(({ key }) => key === name) ??
    lock.packages.find(({ key, language }) => key === keyText(name, language))
  );
}

/** Those of the keys, each once, in the order of the lock; all of them where no key is named. */
export function lockedPackages(
  lockFile: string,
  lock: Lock,
  keys: readonly string[],
): Result<readonly LockedPackage[], PackagesFailure> {
  if (keys.length === 0) return ok(lock.packages);
  const unknown = keys.find((key) => lockedPackage(lock, key) === undefined);
  if (unknown !== undefined) return fail(unknownKey(lockFile, lock, unknown));
  const named = new Set(keys.map((key) => lockedPackage(lock, key)));
  return ok(lock.packages.filter((locked) => named.has(locked)));
}

export function unknownKey(lockFile: string, lock: Lock, key: string): PackagesFailure {
  const near = namesNear(
    [key],
    lock.packages.map((locked) => locked.key),
  );
  return { reason: "lock-key-unknown", lockFile, key, near };
}

function importedName(text: string): string {
  const javascript = /^@aigogo\/([^/]+)/.exec(text)?.[1];
  const python = /^aigogo\.([^.]+)/.exec(text)?.[1];
  return javascript ?? python ?? text;
}
