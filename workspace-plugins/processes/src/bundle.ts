import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import type { ModuleGraph } from "./module-graph.ts";

export type Bundle = {
  /** Of the code, which is all of the text but its last two lines: these name it. */
  readonly codeDigest: Digest;
  readonly text: string;
};

/**
 * One chunk for an Eval of aos. Modules are put where `require` looks for them and run when first required;
 * what an earlier deployment loaded under the same name is forgotten. The main file is a function, so that a
 * `return` at its top level cannot skip the lines that prove the deployment.
 */
export function bundleOf(graph: ModuleGraph): Bundle {
  const code = [
    ...graph.modules.map(
      ({ name, text }) =>
        `package.loaded[${luaString(name)}] = nil\n` +
        `package.preload[${luaString(name)}] = function(...)\n${ended(text)}end\n`,
    ),
    `;(function(...)\n${ended(graph.main.text)}end)()\n`,
  ].join("");
  const codeDigest = digestOf(code);
  return { codeDigest, text: code + proofOf(codeDigest) };
}

/** Whether a text is the bundle of a digest: its code hashes to it, and it says so itself. */
export function isBundleOf(codeDigest: Digest, text: string): boolean {
  const proof = proofOf(codeDigest);
  return text.endsWith(proof) && digestOf(text.slice(0, -proof.length)) === codeDigest;
}

/** What the evaluation of a bundle returns when it ran to its end. */
export function sentinelOf(codeDigest: Digest): string {
  return `slipway:${codeDigest}`;
}

function proofOf(codeDigest: Digest): string {
  return `__AO_DEPLOY = { sha256 = "${codeDigest}" }\nreturn "${sentinelOf(codeDigest)}"\n`;
}

/** A last line without its end could be a comment, which would swallow what comes after it. */
function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Module names hold word characters, hyphens, dots and slashes only. */
function luaString(name: string): string {
  return `"${name}"`;
}
