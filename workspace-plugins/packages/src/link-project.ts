import { rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { exists } from "@slipway/signature/basics";
import { hasCode } from "@slipway/signature/read-text";
import { ignoreLinks } from "./git-ignore.ts";
import { importsState, swapImports } from "./imports-folder.ts";
import { plannedLinks } from "./links.ts";
import type { Installed, Link } from "./links.ts";
import { linkForNode, nodeFilesState, unlinkForNode } from "./node-files.ts";
import {
  importsFolder,
  pythonPathState,
  removePythonPath,
  writePythonPath,
} from "./python-path.ts";
import type { PythonPlace } from "./python-path.ts";

export type Linked = {
  readonly state: "right" | "first" | "missing" | "changed";
  /** What PYTHONPATH has to name, where no environment does. */
  readonly pythonPath: string | undefined;
};

/** Makes exactly these packages importable, by one swap; what is right already is not written. */
export async function linkProject(
  place: PythonPlace,
  installed: readonly Installed[],
): Promise<Linked> {
  const isFirst = !(await exists(place.aigogoFolder));
  const links = plannedLinks(installed);
  const imports = await importsState(place.aigogoFolder, links);
  const hasNode = installed.some(({ locked }) => locked.language === "javascript");
  const node = await (hasNode ? linkForNode : unlinkForNode)(place.aigogoFolder);
  if (imports !== "right") await swapImports(place.aigogoFolder, links);
  const python = await linkForPython(place, links);
  await ignoreLinks(place.projectFolder);
  const changed = imports !== "right" || node === "written" || python.written;
  const state = imports === "right" ? "missing" : imports;
  return { state: isFirst ? "first" : changed ? state : "right", pythonPath: python.pythonPath };
}

/** What `linkProject` would do; nothing is written. */
export async function inspectLinks(
  place: PythonPlace,
  installed: readonly Installed[],
): Promise<Linked> {
  if (!(await exists(place.aigogoFolder))) return { state: "first", pythonPath: undefined };
  const links = plannedLinks(installed);
  const imports = await importsState(place.aigogoFolder, links);
  const hasNode = installed.some(({ locked }) => locked.language === "javascript");
  const runsNode = (await nodeFilesState(place.aigogoFolder)) === (hasNode ? "right" : "none");
  const isPython = links.some((link) => link.path.startsWith("aigogo/"));
  const python = isPython ? await pythonPathState(place) : undefined;
  const isRight = imports === "right" && runsNode && python?.state !== "stale";
  return {
    state: isRight ? "right" : imports === "right" ? "missing" : imports,
    pythonPath: python?.state === "none" ? importsFolder(place) : undefined,
  };
}

export type Unlinked = {
  /** False where nothing had been linked. */
  readonly wasLinked: boolean;
  /** The .pth files that are gone. */
  readonly pythonFiles: readonly string[];
};

/** Nothing but what was written for links: a home that is a project keeps its store in the same folder. */
export async function unlinkProject(place: PythonPlace): Promise<Unlinked> {
  const wasLinked = await exists(path.join(place.aigogoFolder, "imports"));
  const pythonFiles = await removePythonPath(place);
  await unlinkForNode(place.aigogoFolder);
  for (const name of ["imports", "links"]) {
    await rm(path.join(place.aigogoFolder, name), { recursive: true, force: true });
  }
  await removeIfEmpty(place.aigogoFolder);
  return { wasLinked, pythonFiles };
}

async function linkForPython(
  place: PythonPlace,
  links: readonly Link[],
): Promise<{ readonly written: boolean; readonly pythonPath: string | undefined }> {
  if (!links.some((link) => link.path.startsWith("aigogo/"))) {
    return { written: false, pythonPath: undefined };
  }
  const found = await pythonPathState(place);
  if (found.state === "right") return { written: false, pythonPath: undefined };
  if (found.state === "stale" && (await writePythonPath(place, found.file))) {
    return { written: true, pythonPath: undefined };
  }
  return { written: false, pythonPath: importsFolder(place) };
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, ["ENOTEMPTY", "EEXIST", "ENOENT"])) throw error;
  }
}
