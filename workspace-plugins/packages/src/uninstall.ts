import path from "node:path";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { unlinkProject } from "./link-project.ts";
import { removeEnvironments } from "./exec/environments.ts";
import { knownUses } from "./known-uses.ts";
import { lockName, readLock } from "./lock.ts";
import { oddLinksFolder } from "./odd-links.ts";
import { sweepLinks } from "./sweep-links.ts";
import { openProject } from "./open-project.ts";
import { storeIn } from "./store-place.ts";
import type { Store } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

export type UninstallOptions = {
  /** Absolute; has the lock or the links, or is no project. */
  readonly projectFolder: string;
  readonly home: string;
  /** $VIRTUAL_ENV */
  readonly virtualEnv: string | undefined;
  readonly signal: AbortSignal;
};

/**
 * Takes away what makes packages importable, and what was installed for scripts of packages that nobody else has locked.
 * The lock and the store stay.
 */
export async function uninstallPackages(
  options: UninstallOptions,
): Promise<Result<Outcome<PackagesCause>, PackagesFailure>> {
  const { projectFolder, home, virtualEnv, signal } = options;
  const aigogoFolder = path.join(projectFolder, ".aigogo");
  const isProject =
    (await exists(aigogoFolder)) || (await exists(path.join(projectFolder, lockName)));
  if (!isProject) return fail({ reason: "project-missing", folder: projectFolder });
  const odd = await oddLinksFolder(aigogoFolder);
  if (odd !== undefined) return fail(odd);
  const place = { projectFolder, aigogoFolder, virtualEnv };
  const store = storeIn(home);
  const opened = await openProject(store, place, signal);
  if (!opened.ok) return opened;
  await using _project = opened.value;
  return await onFolder(aigogoFolder, async () => {
    await sweepLinks(aigogoFolder);
    const { wasLinked, pythonFiles } = await unlinkProject(place);
    const environments = await removeOwnEnvironments(store, projectFolder);
    const isLinked = wasLinked || pythonFiles.length > 0 || environments > 0;
    return ok({
      state: isLinked ? "done" : "unchanged",
      cause: isLinked ? "unlinked-project" : "nothing-linked",
      facts: { project: projectFolder, "python paths": pythonFiles.length, environments },
    } as const);
  });
}

/** How many packages had some. Where a lock cannot be read, nobody knows whose they are, and they stay. */
async function removeOwnEnvironments(store: Store, projectFolder: string): Promise<number> {
  const file = path.join(projectFolder, lockName);
  const lock = await readLock(file, file);
  const others = await knownUses(store, { except: projectFolder });
  if (!lock.ok || !others.ok) return 0;
  const own = lock.value.packages.map(({ integrity }) => integrity);
  const unused = own.filter((integrity) => !others.value.locked.has(integrity));
  return (await removeEnvironments(store, unused)).length;
}
