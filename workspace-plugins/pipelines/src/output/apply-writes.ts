import {
  chmod,
  copyFile,
  constants,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
} from "node:fs/promises";
import path from "node:path";
import { isRunning } from "@slipway/signature/process-group";
import {
  fail,
  hasCode,
  ok,
  readTextIfPresent,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { diffOf } from "./diff.ts";
import { whatIsAt } from "./disk.ts";
import type { RenderedFile } from "./header.ts";
import { lastRenderFile, parseLastRender, printLastRender } from "./last-render.ts";
import type { WriteFailure } from "./output-failure.ts";
import { foldersAbove } from "./output-path.ts";
import type { OutputPath } from "./output-path.ts";
import type { FoundFile, PlannedWrite, WritePlan } from "./plan-writes.ts";

type Options = {
  /** Hand-edited files are written too. */
  readonly force: boolean;
  readonly signal: AbortSignal;
};

/** A file that is to be there, or is not to be, and what was there when it was planned. */
type Step = {
  readonly path: OutputPath;
  readonly before: FoundFile | undefined;
  readonly file: RenderedFile | undefined;
};

/**
 * Does what was planned, or nothing: all files are written beside their places first, and what was there is kept until the last is in
 * its place. A file that is not as it was when it was planned stops it all.
 */
export async function applyWrites(
  root: string,
  plan: WritePlan,
  { force, signal }: Options,
): Promise<Result<undefined, WriteFailure>> {
  const edited = plan.writes.filter((write) => write.state === "hand-edited");
  if (edited.length > 0 && !force) {
    const files = edited.map((write) => ({
      path: write.path,
      edit: write.edit,
      diff: diffOf(write),
    }));
    return fail({ reason: "output-hand-edited", files });
  }
  const done = await replaceAll(root, plan.writes.flatMap(stepOf), signal);
  if (done.ok) await recordRender(root, plan);
  return done;
}

function stepOf(write: PlannedWrite): readonly Step[] {
  switch (write.state) {
    case "created":
      return [{ path: write.path, before: undefined, file: write.file }];
    case "changed":
    case "hand-edited":
      return [{ path: write.path, before: write.before, file: write.file }];
    case "removed":
      return [{ path: write.path, before: write.before, file: undefined }];
    case "unchanged":
    case "kept":
      return [];
  }
}

async function replaceAll(
  root: string,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<Result<undefined, WriteFailure>> {
  const made: string[] = [];
  const placed: Step[] = [];
  let isDone = false;
  try {
    for (const step of steps) {
      if (signal.aborted) return fail({ reason: "output-stopped" });
      const moved = await movedSince(root, step);
      if (moved !== undefined) return fail(moved);
      made.push(...(await makeFolders(root, step)));
      await prepare(root, step);
    }
    for (const step of steps) {
      const moved = await movedSince(root, step);
      if (moved !== undefined) return fail(moved);
    }
    if (signal.aborted) return fail({ reason: "output-stopped" });
    for (const step of steps) {
      placed.push(step);
      await place(root, step);
    }
    isDone = true;
    return ok(undefined);
  } finally {
    if (!isDone) for (const step of placed) await putBack(root, step);
    for (const step of steps) await clear(root, step);
    if (!isDone) for (const folder of made.toReversed()) await removeEmpty(folder);
  }
}

/** What stands there now is not what was planned with. */
async function movedSince(root: string, step: Step): Promise<WriteFailure | undefined> {
  const there = await whatIsAt(root, step.path);
  if (there.kind === "blocked") {
    return { reason: "output-blocked", path: step.path, at: there.at, by: there.by };
  }
  const now = there.kind === "file" ? there.digest : undefined;
  return now === step.before?.digest ? undefined : { reason: "output-moved", path: step.path };
}

/** The folders above that are missing, each that was made. */
async function makeFolders(root: string, { path: file }: Step): Promise<readonly string[]> {
  const made: string[] = [];
  for (const folder of foldersAbove(file)) {
    try {
      await mkdir(path.join(root, folder));
      made.push(path.join(root, folder));
    } catch (error) {
      if (!hasCode(error, ["EEXIST"])) throw error;
    }
  }
  return made;
}

/** The new bytes beside the file, on the disk, and a copy of the old ones. */
async function prepare(root: string, { path: file, before, file: rendered }: Step): Promise<void> {
  await removeAbandoned(path.dirname(path.join(root, file)));
  if (before !== undefined) {
    await copyFile(path.join(root, file), beside(root, file, "old"), constants.COPYFILE_EXCL);
  }
  if (rendered === undefined) return;
  await using handle = await open(beside(root, file, "new"), "wx", 0o644);
  await handle.writeFile(rendered.text);
  if (rendered.isExecutable) await chmod(beside(root, file, "new"), 0o755);
  await handle.sync();
}

async function place(root: string, { path: file, file: rendered }: Step): Promise<void> {
  if (rendered === undefined) await rm(path.join(root, file));
  else await rename(beside(root, file, "new"), path.join(root, file));
}

async function putBack(root: string, { path: file, before }: Step): Promise<void> {
  if (before === undefined) await rm(path.join(root, file), { force: true });
  else await rename(beside(root, file, "old"), path.join(root, file));
}

async function clear(root: string, { path: file }: Step): Promise<void> {
  for (const age of ["old", "new"] as const) await rm(beside(root, file, age), { force: true });
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    // Somebody else put something there.
    if (!hasCode(error, ["ENOTEMPTY", "ENOENT"])) throw error;
  }
}

const mark = ".slipway-";

/** Beside the file, as a rename goes no further than its file system. */
function beside(root: string, file: OutputPath, age: "old" | "new"): string {
  const { dir, base } = path.parse(path.join(root, file));
  return path.join(dir, `.${base}${mark}${process.pid}.${age}`);
}

/** What a killed process left. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/^\..+\.slipway-(\d+)\.(?:old|new)$/.exec(name)?.[1]);
    if (Number.isInteger(pid) && pid !== process.pid && !isRunning(pid)) {
      await rm(path.join(folder, name), { force: true });
    }
  }
}

async function recordRender(root: string, { source, record }: WritePlan): Promise<void> {
  const file = path.join(root, lastRenderFile);
  const before = await readTextIfPresent(file);
  const after = printLastRender(parseLastRender(before ?? ""), source, record);
  if (after !== before) await writeFileAtomically(file, after);
}
