import { listFiles, ok } from "@slipway/signature";
import { fail } from "@slipway/signature/basics";
import type { FileListing, Result } from "@slipway/signature";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { openPlugins } from "../plugins/plugins.ts";
import { detect } from "./detect.ts";
import type { Detected } from "./detect.ts";
import { repositoryOf } from "./render-workspace.ts";
import type { RenderFailure } from "./render-workspace.ts";
import { standardPlugins } from "./standard-plugins.ts";

export type FoundLanguages = {
  readonly files: FileListing;
  /** Of plugins that found something, by name. */
  readonly detected: readonly Detected[];
};

/** What the languages that come with us find in a workspace, with a `cig.toml` or without one. */
export async function detectLanguages(
  root: string,
  limits: CallLimits & { readonly signal: AbortSignal },
): Promise<Result<FoundLanguages, readonly RenderFailure[]>> {
  const files = await listFiles(root, limits.signal);
  if (!files.ok) return fail([files.failure]);
  const standard = standardPlugins();
  const opened = await openPlugins(
    {
      needed: [...standard.keys()].filter((name) => name.startsWith("lang/")),
      sources: { configured: {}, locked: new Map(), searchPath: "", standard },
      files: files.value,
      settings: new Map(),
      granted: new Map(),
      verify: async (): Promise<Result<undefined, never>> => ok(undefined),
    },
    limits,
  );
  if (!opened.ok) return opened;
  await using running = opened.value;
  const found = await detect(running.plugins, repositoryOf(files.value), limits);
  if (found.failures.length > 0) return fail(found.failures);
  const detected = found.detected.filter(({ signals }) => signals.length > 0);
  return ok({ files: files.value, detected });
}
