import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import path from "node:path";
import { hasCode, readTextIfPresent } from "@slipway/signature/basics";
import { digestOf } from "@slipway/signature/digest";
import { readHeader } from "./header.ts";
import type { RenderedFile } from "./header.ts";
import { lastRenderFile, parseLastRender } from "./last-render.ts";
import type { Obstacle } from "./output-failure.ts";
import { foldersAbove, parseOutputPath } from "./output-path.ts";
import type { OutputPath } from "./output-path.ts";
import type { Disk, Found } from "./plan-writes.ts";

/** Where files of providers usually are: stale ones are found there by their header, on a fresh clone too. */
const usualFolders = [".github/workflows", ".circleci", ".buildkite", ""];

/**
 * What stands at the outputs of a source, and at what may be left of earlier ones: what its last render wrote, and files with its
 * header in the usual folders of providers and in those of its outputs, now and at the last render.
 */
export async function readDisk(
  root: string,
  source: string,
  files: readonly RenderedFile[],
): Promise<Disk> {
  const text = await readTextIfPresent(path.join(root, lastRenderFile));
  const last = parseLastRender(text ?? "").get(source) ?? new Map<string, never>();
  const outputs = files.map((file) => file.path);
  const recorded = [...last.keys()].flatMap(ownPath);
  const folders = [...outputs, ...recorded].map((one) => foldersAbove(one).at(-1) ?? "");
  const beside: OutputPath[] = [];
  for (const folder of new Set([...usualFolders, ...folders])) {
    beside.push(...(await withHeader(root, folder, source)));
  }
  const found = new Map<OutputPath, Found>();
  for (const one of new Set([...outputs, ...recorded, ...beside])) {
    found.set(one, await whatIsAt(root, one));
  }
  return { source, found, last };
}

function ownPath(text: string): readonly OutputPath[] {
  const parsed = parseOutputPath(text);
  return "path" in parsed ? [parsed.path] : [];
}

/** Never by a link: neither as the file nor as a folder above it. */
export async function whatIsAt(root: string, file: OutputPath): Promise<Found> {
  for (const folder of foldersAbove(file)) {
    const kind = await kindOf(path.join(root, folder));
    if (kind === undefined) return { kind: "missing" };
    if (kind !== "folder") return { kind: "blocked", at: folder, by: kind };
  }
  const kind = await kindOf(path.join(root, file));
  if (kind === undefined) return { kind: "missing" };
  if (kind !== "file") return { kind: "blocked", at: file, by: kind };
  await using handle = await open(
    path.join(root, file),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  const { mode } = await handle.stat();
  const bytes = await handle.readFile();
  return {
    kind: "file",
    text: bytes.toString("utf8"),
    digest: digestOf(bytes),
    isExecutable: (mode & constants.S_IXUSR) !== 0,
  };
}

async function kindOf(file: string): Promise<Obstacle | undefined> {
  try {
    const stats = await lstat(file);
    if (stats.isSymbolicLink()) return "link";
    if (stats.isDirectory()) return "folder";
    return stats.isFile() ? "file" : "other";
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw error;
  }
}

/** The files right in a folder that say that the source rendered them. */
async function withHeader(
  root: string,
  folder: string,
  source: string,
): Promise<readonly OutputPath[]> {
  const found: OutputPath[] = [];
  for (const name of await filesIn(path.join(root, folder))) {
    if (readHeader(await headOf(path.join(root, folder, name)))?.source !== source) continue;
    found.push(...ownPath(path.posix.join(folder, name)));
  }
  return found;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}

const headBytes = 4096;

async function headOf(file: string): Promise<string> {
  try {
    await using handle = await open(
      file,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    // Gone since, a link since, or somebody else's secret: none of ours.
    if (hasCode(error, ["ENOENT", "ELOOP", "EACCES"])) return "";
    throw error;
  }
}
