import path from "node:path";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { unlinkProject } from "./link-project.ts";
import { lockName } from "./lock.ts";
import { oddLinksFolder } from "./odd-links.ts";
import { sweepLinks } from "./sweep-links.ts";
import { openProject } from "./open-project.ts";
import { storeIn } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

export type UninstallOptions = {
  /** Absolute; has the lock or the links, or is no project. */
  readonly projectFolder: string;
  readonly home: string;
  /** $VIRTUAL_ENV */
  readonly virtualEnv: string | undefined;
  readonly signal: AbortSignal;
};

/** Takes away what makes packages importable. The lock and the store stay. */
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
  const opened = await openProject(storeIn(home), place, signal);
  if (!opened.ok) return opened;
  await using _project = opened.value;
  return await onFolder(aigogoFolder, async () => {
    await sweepLinks(aigogoFolder);
    const { wasLinked, pythonFiles } = await unlinkProject(place);
    const isLinked = wasLinked || pythonFiles.length > 0;
    return ok({
      state: isLinked ? "done" : "unchanged",
      cause: isLinked ? "unlinked-project" : "nothing-linked",
      facts: { project: projectFolder, "python paths": pythonFiles.length },
    } as const);
  });
}
