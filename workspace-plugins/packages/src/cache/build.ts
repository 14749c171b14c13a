import { chmod, copyFile, lstat, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok, parseJson, readTextIfPresent, replaceFolder } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackageFile } from "../content.ts";
import type { CacheFailure } from "../failure.ts";
import { fieldIn, isOptionalText } from "../json-file.ts";
import type { LayerSource } from "../layer.ts";
import { isPackagePath } from "../package-path.ts";
import type { PackagePath } from "../package-path.ts";
import { buildFolder, isPlaceOf } from "./cache.ts";
import type { Cache, CacheReference } from "./cache.ts";

const metadataName = ".aigogo-metadata.json";

/** A package as `build` left it: its files and no layer yet. */
export type CachedBuild = {
  readonly reference: CacheReference;
  /** Absolute; the files lie in it under their paths. */
  readonly folder: string;
  readonly builtAt: Date | undefined;
  /** In byte order of a walk, folder by folder; `aigogo.json` among them. */
  readonly files: readonly BuiltFile[];
};

export type BuiltFile = { readonly path: PackagePath; readonly sizeBytes: number };

/** Of a build, as aigg writes it. */
type Metadata = { readonly name: string; readonly builtAt: string | undefined };

/** A file that goes into a build: its bytes, or where they are. */
export type BuildSource = PackageFile | LayerSource;

/**
 * aigg's shape, whole or not at all; one of the files is `aigogo.json`. Replaces a build of the same reference, and none
 * of another.
 */
export async function writeBuild(
  cache: Cache,
  reference: CacheReference,
  files: readonly BuildSource[],
  builtAt: Date,
  signal?: AbortSignal,
): Promise<Result<void, CacheFailure>> {
  const before = await findBuild(cache, reference);
  if (!before.ok && before.failure.reason === "cache-place-taken") return before;
  return replaceFolder(buildFolder(cache, reference), async (partial) => {
    for (const file of files) {
      if (signal?.aborted === true) return fail({ reason: "build-stopped", reference });
      await put(file, path.join(partial, file.path));
    }
    const metadata = {
      name: reference,
      type: "local-build",
      built_at: localTime(builtAt),
      source: "local",
      manifest: parseJson(await readFile(path.join(partial, manifestName), "utf8")),
    };
    await writeFile(path.join(partial, metadataName), JSON.stringify(metadata, undefined, 2));
    return ok(undefined);
  });
}

/** `undefined` where nothing was built, or a build of aigg broke off: it writes its metadata last. */
export async function findBuild(
  cache: Cache,
  reference: CacheReference,
): Promise<Result<CachedBuild | undefined, CacheFailure>> {
  const folder = buildFolder(cache, reference);
  const recorded = await recordedBuild(folder);
  if (recorded === undefined) return ok(undefined);
  if (recorded.name !== reference) {
    return fail({ reason: "cache-place-taken", reference, takenBy: recorded.name, folder });
  }
  const files = await filesIn(folder, "");
  if (files === undefined || !files.some((file) => file.path === manifestName)) {
    return fail({ reason: "cache-entry-damaged", reference, folder });
  }
  return ok({ reference, folder, builtAt: timeIn(recorded.builtAt), files });
}

/** The build, or that there is none. */
export async function readBuild(
  cache: Cache,
  reference: CacheReference,
): Promise<Result<CachedBuild, CacheFailure>> {
  const found = await findBuild(cache, reference);
  if (!found.ok) return found;
  return found.value === undefined ? fail({ reason: "build-missing", reference }) : ok(found.value);
}

/** All bytes of a build, in memory. */
export async function readBuiltFiles(build: CachedBuild): Promise<readonly PackageFile[]> {
  return Promise.all(
    build.files.map(async (file) => ({
      path: file.path,
      bytes: await readFile(path.join(build.folder, file.path)),
    })),
  );
}

/** What a folder of the cache says that it is, where it is whole and lies in its place. */
export async function recordedBuild(folder: string): Promise<Metadata | undefined> {
  const text = await readTextIfPresent(path.join(folder, metadataName));
  const metadata = parseJson(text ?? "");
  const name = fieldIn(metadata, "name");
  const builtAt = fieldIn(metadata, "built_at");
  if (typeof name !== "string" || !isOptionalText(builtAt)) return undefined;
  return isPlaceOf(path.basename(folder), name) ? { name, builtAt } : undefined;
}

export function timeIn(text: string | undefined): Date | undefined {
  const time = new Date(text ?? "");
  return Number.isNaN(time.getTime()) ? undefined : time;
}

async function put(source: BuildSource, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  if ("bytes" in source) await writeFile(target, source.bytes);
  else await copyFile(source.file, target);
  await chmod(target, 0o644);
}

/** `undefined` where there is anything but files and folders: a link would lead out of the package. */
async function filesIn(root: string, folder: string): Promise<readonly BuiltFile[] | undefined> {
  const files: BuiltFile[] = [];
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => byBytes(a.name, b.name))) {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (name === metadataName) continue;
    if (!isPackagePath(name)) return undefined;
    if (entry.isDirectory()) {
      const inner = await filesIn(root, name);
      if (inner === undefined) return undefined;
      files.push(...inner);
    } else if (entry.isFile()) {
      files.push({ path: name, sizeBytes: (await lstat(path.join(root, name))).size });
    } else return undefined;
  }
  return files;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** As RFC 3339 with this machine's offset, to the second. */
function localTime(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  if (minutes === 0) return `${local}Z`;
  const distance = Math.abs(minutes);
  return `${local}${minutes < 0 ? "-" : "+"}${twoDigits(distance / 60)}:${twoDigits(distance % 60)}`;
}

function twoDigits(value: number): string {
  return String(Math.trunc(value)).padStart(2, "0");
}
