import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";

/** Writes beside the file and renames: a reader sees the old bytes or the new ones, never a part. Makes its folder. */
export async function writeFileAtomically(
  file: string,
  data: string | Uint8Array,
  options: { readonly mode?: number } = {},
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const bytes =
    typeof data === "string" ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  await writeFileAtomic(file, bytes, options.mode === undefined ? {} : { mode: options.mode });
}

/** JSON with two spaces and a newline at the end, written atomically. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** The text of a file, or `undefined` where there is none. */
export async function readTextIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Lets `fill` build a folder beside `folder` and puts it in its place when it is whole. A failure or a stop leaves
 * what was there; the half-built folder is named `<folder>.partial` and the next call removes it.
 */
export async function replaceFolder<Value>(
  folder: string,
  fill: (partial: string) => Promise<Value>,
): Promise<Value> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const value = await fill(partial);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return value;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  );
}
