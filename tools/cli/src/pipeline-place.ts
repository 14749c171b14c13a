import path from "node:path";
import { statSync } from "@slipway/signature/file-system";
import { findWorkspace } from "./workspace.ts";

/** A `cig.toml` in its workspace. */
export type PipelinePlace = {
  readonly root: string;
  /** Relative to the root, with slashes. */
  readonly file: string;
};

/** The file that a word names, or the `cig.toml` of that folder. */
export function pipelinePlaceOf(word: string): PipelinePlace {
  const given = path.resolve(word);
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? path.join(given, "cig.toml") : given;
  const root = findWorkspace(path.dirname(file));
  return { root, file: path.relative(root, file).split(path.sep).join("/") };
}
