import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessDefinition } from "../definition/process.ts";
import { evaluatedText, sentinelOf } from "../evaluated-text.ts";
import type { Evaluated } from "../evaluated-text.ts";
import type { ProcessesFailure } from "../failure.ts";
import { readManifest } from "../manifest.ts";
import type { Manifest } from "../manifest.ts";
import { readBundle, readReceipt } from "../receipt.ts";
import type { TaskContext } from "../task.ts";
import type { Candidate } from "./candidate.ts";
import type { Identity } from "./machine.ts";
import { nameLines } from "./source-lines.ts";

/** One process of a project, as it is bundled. */
export type Source = {
  readonly name: string;
  readonly definition: ProcessDefinition;
  readonly code: string;
  readonly codeDigest: Digest;
  readonly handlers: readonly string[];
  /** Of its modules by their names, and of the source. */
  readonly files: ReadonlyMap<string | undefined, string>;
};

/** What a deployment knows beside the bundle. */
export type Circumstances = Pick<Evaluated, "mode" | "links" | "earlier"> & {
  readonly identity: Identity;
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
    const files = filesOf(manifest.value);
    sources.push({ name, definition: process, code: code.value, codeDigest, handlers, files });
  }
  return ok(sources);
}

/** What the deployment of a source would send, to be tried. */
export function candidateOf(source: Source, circumstances: Circumstances): Candidate {
  const { name, definition, code, codeDigest, handlers, files } = source;
  const { identity, ...known } = circumstances;
  const text = evaluatedText({ ...known, code, codeDigest, handlers });
  return {
    process: name,
    text,
    sentinel: sentinelOf(codeDigest),
    nameLine: nameLines(text, code, (module) => files.get(module)),
    identity,
    onBoot: definition.on_boot,
    state: definition.state,
    checks: definition.checks,
    external: definition.bundle.external,
  };
}

/** A minified line has no file: no wrong one is told. */
function filesOf({ bundler, source, modules }: Manifest): ReadonlyMap<string | undefined, string> {
  return bundler.minify
    ? new Map()
    : new Map([
        [undefined, source.file],
        ...modules.map(({ name, file }) => [name, file] as const),
      ]);
}
