import { digestOf, fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { SourceFailure } from "../failure.ts";
import type { LuaFile } from "./lua-file.ts";
import { minifyLua } from "./minify-lua.ts";
import type { ModuleGraph } from "./module-graph.ts";

export type Bundle = {
  readonly codeDigest: Digest;
  /** The bytes that the digest is of: what is promoted from one deploy target to another. */
  readonly code: string;
};

/** Throws away what a process does not read, where it is asked to. */
export type BundleForm = { readonly minify: boolean; readonly max_bytes: number };

/**
 * One chunk for an Eval of aos. Modules are put where `require` looks for them and run when first required;
 * what an earlier deployment loaded under the same name is forgotten. The main file is a function, so that a
 * `return` at its top level cannot skip the lines that prove the deployment.
 */
export function bundleOf(
  process: string,
  graph: ModuleGraph,
  form: BundleForm,
): Result<Bundle, SourceFailure> {
  const parts = [
    ...graph.modules.map((module) => {
      const { name, file } = module;
      const head = `package.loaded["${name}"] = nil\npackage.preload["${name}"] = function(...)\n`;
      return { file, code: `${head}${bodyOf(module, form)}end\n` };
    }),
    { file: graph.main.file, code: `;(function(...)\n${bodyOf(graph.main, form)}end)()\n` },
  ];
  const code = parts.map((part) => part.code).join("");
  const sizeBytes = Buffer.byteLength(code);
  if (sizeBytes > form.max_bytes) {
    const largest = parts
      .map((part) => ({ file: part.file, sizeBytes: Buffer.byteLength(part.code) }))
      .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, 3);
    const limitBytes = form.max_bytes;
    return fail({ reason: "bundle-too-large", process, sizeBytes, limitBytes, largest });
  }
  return ok({ codeDigest: digestOf(code), code });
}

/** A last line without its end could be a comment, which would swallow what comes after it. */
function bodyOf({ lua }: LuaFile, { minify }: BundleForm): string {
  const text = minify ? minifyLua(lua) : lua.text;
  return text.endsWith("\n") ? text : `${text}\n`;
}
