import { readdir } from "node:fs/promises";
import path from "node:path";
import { readTextIfPresent, writeFileAtomically } from "@slipway/signature";
import { hasCode } from "./file-error.ts";

export type PythonPath =
  | { readonly state: "right"; readonly file: string }
  | { readonly state: "stale"; readonly file: string }
  /** No environment of this project: PYTHONPATH has to name the imports. */
  | { readonly state: "none" };

export type PythonPlace = {
  readonly projectFolder: string;
  readonly aigogoFolder: string;
  /** $VIRTUAL_ENV */
  readonly virtualEnv: string | undefined;
};

/** The environment that is active, else the project's own. The machine's Python is left alone: projects share it. */
export async function pythonPathState(place: PythonPlace): Promise<PythonPath> {
  const candidates = [place.virtualEnv, ".venv", "venv"].filter((name) => name !== undefined);
  for (const candidate of candidates) {
    const folder = await sitePackages(path.resolve(place.projectFolder, candidate));
    if (folder === undefined) continue;
    const file = path.join(folder, "aigogo.pth");
    const text = await readTextIfPresent(file);
    return { state: text === pthText(place) ? "right" : "stale", file };
  }
  return { state: "none" };
}

/** `false` where the environment cannot be written: the caller shows PYTHONPATH instead. */
export async function writePythonPath(place: PythonPlace, file: string): Promise<boolean> {
  try {
    await writeFileAtomically(file, pthText(place), { mode: 0o644 });
    await writeFileAtomically(path.join(place.aigogoFolder, ".pth-location"), `${file}\n`);
    return true;
  } catch (error) {
    if (hasCode(error, ["EACCES", "EPERM", "EROFS"])) return false;
    throw error;
  }
}

export function importsFolder(place: Pick<PythonPlace, "aigogoFolder">): string {
  return path.join(place.aigogoFolder, "imports");
}

function pthText(place: PythonPlace): string {
  return `${importsFolder(place)}\n`;
}

async function sitePackages(environment: string): Promise<string | undefined> {
  try {
    const versions = await readdir(path.join(environment, "lib"));
    const version = versions.toSorted().find((name) => name.startsWith("python"));
    if (version === undefined) return undefined;
    const folder = path.join(environment, "lib", version, "site-packages");
    await readdir(folder);
    return folder;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "EACCES"])) return undefined;
    throw error;
  }
}
