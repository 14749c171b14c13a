import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessDefinition } from "../definition/process.ts";
import type { Goal } from "../deploy/goal.ts";
import type { SpawnSettings } from "../deploy/spawn-settings.ts";
import type { ProcessesFailure } from "../failure.ts";
import { readManifest } from "../bundle/manifest.ts";
import type { Manifest } from "../bundle/manifest.ts";
import { readBundle, readReceipt } from "../receipt.ts";
import type { TaskContext } from "../task.ts";
import type { FileOf } from "./source-lines.ts";

/** One process of a project, as it is bundled. */
export type Source = {
  readonly name: string;
  readonly definition: ProcessDefinition;
  readonly code: string;
  readonly codeDigest: Digest;
  readonly handlers: readonly string[];
  readonly fileOf: FileOf;
};

/** Every process of a project, its bundle's bytes compared with the receipt. */
export async function readSources({
  workspaceRoot,
  projectRoot,
}: Pick<TaskContext, "workspaceRoot" | "projectRoot">): Promise<
  Result<readonly Source[], ProcessesFailure>
> {
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const receipt = await readReceipt(workspaceRoot, projectRoot);
  if (!receipt.ok) return receipt;
  const sources: Source[] = [];
  for (const [name, process] of Object.entries(definition.value.processes)) {
    const bundled = receipt.value.processes[name];
    if (bundled === undefined) return fail({ reason: "ao-receipt-other", process: name });
    const code = await readBundle(workspaceRoot, projectRoot, name, bundled);
    if (!code.ok) return code;
    const manifest = await readManifest(workspaceRoot, projectRoot, name);
    if (!manifest.ok) return manifest;
    const { codeDigest, handlers } = bundled;
    const fileOf = filesOf(manifest.value);
    sources.push({ name, definition: process, code: code.value, codeDigest, handlers, fileOf });
  }
  return ok(sources);
}

export function goalOf(
  { name, code, codeDigest, handlers }: Source,
  settings: SpawnSettings,
): Goal {
  return { name, settings, code, codeDigest, handlers };
}

/** A minified line has no file: no wrong one is told. */
function filesOf({ bundler, source, modules }: Manifest): FileOf {
  if (bundler.minify) return () => undefined;
  const files = new Map(modules.map(({ name, file }) => [name, file]));
  return (module) => (module === undefined ? source.file : files.get(module));
}
