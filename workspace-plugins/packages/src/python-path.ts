import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  digestOf,
  exists,
  hexOf,
  readTextIfPresent,
  writeFileAtomically,
} from "@slipway/signature/basics";
import { hasCode } from "@slipway/signature/read-text";

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
  /** `site-packages` of the machine's Python, where that may be written; absolute. */
  readonly systemFolder?: string | undefined;
};

/**
 * The environment that is active, else the project's own, else the machine's Python where that may be written: projects
 * share it. The first project of an environment has `aigogo.pth`, as aigg writes it, and each other one a file of its own.
 */
export async function pythonPathState(place: PythonPlace): Promise<PythonPath> {
  const [environment] = await sitePackagesOf(place);
  if (!canBeListed(place)) return { state: "none" };
  if (environment === undefined) return recordedState(place);
  const [shared, own] = pthFiles(place, environment);
  for (const file of [shared, own]) {
    if ((await readTextIfPresent(file)) !== pthText(place)) continue;
    const recorded = await readTextIfPresent(locationFile(place));
    return { state: recorded === `${file}\n` ? "right" : "stale", file };
  }
  const isTaken = (await readTextIfPresent(shared)) !== undefined;
  return { state: "stale", file: isTaken ? own : shared };
}

/** What an install has written into the machine's Python, the next one finds without being let. */
async function recordedState(place: PythonPlace): Promise<PythonPath> {
  const file = (await readTextIfPresent(locationFile(place)))?.trimEnd() ?? "";
  if (path.extname(file) !== ".pth") return { state: "none" };
  const isOurs = (await readTextIfPresent(file)) === pthText(place);
  return isOurs ? { state: "right", file } : { state: "none" };
}

/** `false` where the environment cannot be written: the caller shows PYTHONPATH instead. */
export async function writePythonPath(place: PythonPlace, file: string): Promise<boolean> {
  try {
    const [shared, own] = pthFiles(place, path.dirname(file));
    const written = file === shared && (await claimed(shared, pthText(place))) ? shared : own;
    if (written === own) await writeFileAtomically(own, pthText(place), { mode: 0o644 });
    await writeFileAtomically(locationFile(place), `${written}\n`);
    return true;
  } catch (error) {
    if (isReadOnly(error)) return false;
    throw error;
  }
}

/** Takes this project, and no other, out of its environments. What is read-only stays: it names a folder that is gone. */
export async function removePythonPath(place: PythonPlace): Promise<readonly string[]> {
  const recorded = (await readTextIfPresent(locationFile(place)))?.trimEnd();
  const environments = await sitePackagesOf(place);
  const known = environments.flatMap((environment) => pthFiles(place, environment));
  const removed: string[] = [];
  for (const file of new Set(recorded === undefined ? known : [recorded, ...known])) {
    if (path.extname(file) !== ".pth" || (await readTextIfPresent(file)) !== pthText(place))
      continue;
    if (await isRemoved(file)) removed.push(file);
  }
  await rm(locationFile(place), { force: true });
  return removed;
}

export function importsFolder(place: Pick<PythonPlace, "aigogoFolder">): string {
  return path.join(place.aigogoFolder, "imports");
}

/** Where aigg looks for what it has to remove. */
function locationFile(place: PythonPlace): string {
  return path.join(place.aigogoFolder, ".pth-location");
}

function pthFiles(place: PythonPlace, sitePackages: string): readonly [string, string] {
  const own = `aigogo-${hexOf(digestOf(importsFolder(place))).slice(0, 16)}.pth`;
  return [path.join(sitePackages, "aigogo.pth"), path.join(sitePackages, own)];
}

function pthText(place: PythonPlace): string {
  return `${importsFolder(place)}\n`;
}

/** Python runs a line of a .pth file that begins with `import`: a path must not bring lines of its own. */
function canBeListed(place: PythonPlace): boolean {
  return !/\p{Cc}/u.test(importsFolder(place));
}

/** One of the projects that come at once has the file; a reader that meets it empty finds no path in it. */
async function claimed(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: "wx", mode: 0o644 });
    return true;
  } catch (error) {
    if (!hasCode(error, ["EEXIST"])) throw error;
    return (await readTextIfPresent(file)) === text;
  }
}

async function isRemoved(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if (isReadOnly(error) || hasCode(error, ["ENOENT"])) return false;
    throw error;
  }
}

function isReadOnly(error: unknown): boolean {
  return hasCode(error, ["EACCES", "EPERM", "EROFS"]);
}

async function sitePackagesOf(place: PythonPlace): Promise<readonly string[]> {
  const candidates = [place.virtualEnv, ".venv", "venv"].filter((name) => name !== undefined);
  const found: string[] = [];
  for (const candidate of candidates) {
    const folder = await sitePackagesIn(path.resolve(place.projectFolder, candidate));
    if (folder !== undefined) found.push(folder);
  }
  const { systemFolder } = place;
  if (systemFolder !== undefined && (await exists(systemFolder))) found.push(systemFolder);
  return found;
}

async function sitePackagesIn(environment: string): Promise<string | undefined> {
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
