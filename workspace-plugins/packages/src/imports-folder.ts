import { lstat, mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, hexOf } from "@slipway/signature/basics";
import { hasCode } from "@slipway/signature/read-text";
import { holdsLinks } from "./held-links.ts";
import type { Link } from "./links.ts";
import { placeFolder } from "./place-folder.ts";

/**
 * `.aigogo/imports` is a symbolic link to `.aigogo/links/<digest of the plan>`, so that all packages change in one rename
 * and a failure before it leaves the old ones importable.
 */
export async function importsState(
  aigogoFolder: string,
  links: readonly Link[],
): Promise<"right" | "missing" | "changed"> {
  const imports = path.join(aigogoFolder, "imports");
  const target = await linkTarget(imports);
  if (target === undefined) return (await isThere(imports)) ? "changed" : "missing";
  if (target !== generationOf(links)) return "changed";
  return holdsLinks(path.join(aigogoFolder, target), links) ? "right" : "missing";
}

export async function swapImports(aigogoFolder: string, links: readonly Link[]): Promise<void> {
  const generation = generationOf(links);
  const folder = path.join(aigogoFolder, generation);
  if (!holdsLinks(folder, links)) {
    await placeFolder({
      folder,
      fill: (partial) => fillWith(partial, links),
      isRight: async () => holdsLinks(folder, links),
    });
  }
  const imports = path.join(aigogoFolder, "imports");
  const before = await linkTarget(imports);
  if (before !== generation) await pointTo(imports, generation, before === undefined);
  if (before !== undefined && before !== generation && isGeneration(before)) {
    await rm(path.join(aigogoFolder, before), { recursive: true, force: true });
  }
}

async function pointTo(imports: string, generation: string, isFolder: boolean): Promise<void> {
  const beside = await mkdtemp(`${imports}.next-`);
  const next = path.join(beside, "imports");
  try {
    await symlink(generation, next);
    // aigg leaves a real folder here, which a rename cannot replace: it goes aside, for as long as the next one takes.
    if (isFolder) await moveAside(imports, path.join(beside, "before"));
    await rename(next, imports);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function moveAside(imports: string, aside: string): Promise<void> {
  try {
    await rename(imports, aside);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error;
  }
}

function generationOf(links: readonly Link[]): string {
  return `links/${hexOf(digestOf(JSON.stringify(links))).slice(0, 16)}`;
}

function isGeneration(target: string): boolean {
  return /^links\/[0-9a-f]{16}$/.test(target);
}

async function fillWith(folder: string, links: readonly Link[]): Promise<void> {
  for (const link of links) {
    const file = path.join(folder, link.path);
    await mkdir(path.dirname(file), { recursive: true });
    if (link.kind === "link") await symlink(link.target, file);
    else await writeFile(file, link.text);
  }
}

async function linkTarget(file: string): Promise<string | undefined> {
  try {
    return await readlink(file);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "EINVAL", "ENOTDIR"])) return undefined;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return false;
    throw error;
  }
}
