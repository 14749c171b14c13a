import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { hasCode } from "@slipway/signature/read-text";
import type { Link } from "./links.ts";

/**
 * Whether a folder holds exactly these, but for the bytecode that Python leaves beside its sources. By calls that do not
 * wait for a turn: there are thousands of links, and each is done in microseconds.
 */
export function holdsLinks(folder: string, links: readonly Link[]): boolean {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return false;
  const found = namesUnder(folder, "");
  if (found.length !== links.length) return false;
  return links.every((link) => isAs(path.join(folder, link.path), link));
}

/** Nothing is followed: a link may lead anywhere. */
function namesUnder(root: string, folder: string): readonly string[] {
  const names: string[] = [];
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (!entry.isDirectory()) names.push(name);
    else if (entry.name !== "__pycache__") names.push(...namesUnder(root, name));
  }
  return names;
}

function isAs(file: string, link: Link): boolean {
  if (link.kind === "link") return targetOf(file) === link.target;
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && readFileSync(file, "utf8") === link.text;
}

function targetOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "EINVAL", "ENOTDIR"])) return undefined;
    throw error;
  }
}
