import { readlink, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import { hasCode } from "@slipway/signature/read-text";
import { nodeFileNames, projectFile } from "./project-file.ts";

/**
 * What makes the imports Node's: the files that a program is started with, and `node_modules`, which is the imports
 * once more, so that Node itself finds packages from `.aigogo` and reads their package.json as it always does. The
 * package.json there keeps a workspace that is all ES modules from reading register.js as one.
 */
export async function linkForNode(aigogoFolder: string): Promise<"written" | "right"> {
  let state: "written" | "right" = "right";
  for (const name of nodeFileNames) {
    const file = path.join(aigogoFolder, name);
    const text = projectFile(name);
    if ((await readTextIfPresent(file)) === text) continue;
    await writeFileAtomically(file, text);
    state = "written";
  }
  const link = path.join(aigogoFolder, "node_modules");
  if (await isLinked(link)) return state;
  await linkImports(link);
  return "written";
}

export async function unlinkForNode(aigogoFolder: string): Promise<"written" | "right"> {
  const wasThere = await readTextIfPresent(path.join(aigogoFolder, "register.js"));
  for (const name of [...nodeFileNames, "node_modules"]) {
    await rm(path.join(aigogoFolder, name), { recursive: true, force: true });
  }
  return wasThere === undefined ? "right" : "written";
}

/** `stale`: some are there, or they are others. */
export async function nodeFilesState(aigogoFolder: string): Promise<"right" | "stale" | "none"> {
  const found: boolean[] = [await isLinked(path.join(aigogoFolder, "node_modules"))];
  let isThere = found.includes(true);
  for (const name of nodeFileNames) {
    const text = await readTextIfPresent(path.join(aigogoFolder, name));
    found.push(text === projectFile(name));
    isThere ||= text !== undefined;
  }
  if (!isThere) return "none";
  return found.includes(false) ? "stale" : "right";
}

const target = "imports";

async function linkImports(link: string): Promise<void> {
  await rm(link, { recursive: true, force: true });
  try {
    await symlink(target, link);
  } catch (error) {
    // Another run has made it since.
    if (!hasCode(error, ["EEXIST"]) || !(await isLinked(link))) throw error;
  }
}

async function isLinked(link: string): Promise<boolean> {
  try {
    return (await readlink(link)) === target;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "EINVAL"])) return false;
    throw error;
  }
}
