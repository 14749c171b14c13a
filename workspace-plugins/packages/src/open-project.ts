import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { StoreFailure } from "./failure.ts";
import { hasCode } from "@slipway/signature/read-text";
import { projectWord } from "./project-record.ts";
import type { PythonPlace } from "./python-path.ts";
import { openStaging } from "./staging.ts";
import type { Staging } from "./staging.ts";
import type { Store } from "./store-place.ts";
import { denials } from "./write-errors.ts";

/** Installs of one project, and changes of its lock, take turns; where the store may not be written, nobody can be kept out. */
export async function openProject(
  store: Store,
  { projectFolder }: Pick<PythonPlace, "projectFolder">,
  signal: AbortSignal,
): Promise<Result<AsyncDisposable & { readonly staging?: Staging }, StoreFailure>> {
  try {
    const opened = await openStaging(store, { word: projectWord(projectFolder) }, { signal });
    if (!opened.ok) return opened;
    const staging = opened.value;
    return ok({ staging, [Symbol.asyncDispose]: () => staging[Symbol.asyncDispose]() });
  } catch (error) {
    if (!hasCode(error, denials)) throw error;
    return ok({ [Symbol.asyncDispose]: async () => {} });
  }
}
