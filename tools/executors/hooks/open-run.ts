import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { runFolderOf, runsFolder } from "../session/run-place.ts";

const keptRuns = 20;

/** An empty folder for what the tasks of one command leave; the oldest runs are removed. */
export async function openRun(workspaceRoot: string, id: string): Promise<string> {
  const folder = runFolderOf(workspaceRoot, id);
  await mkdir(folder, { recursive: true });
  for (const old of await runsByAge(workspaceRoot, keptRuns)) {
    await rm(old, { recursive: true, force: true });
  }
  return folder;
}

/** The folders of all runs but the newest `kept`. */
async function runsByAge(workspaceRoot: string, kept: number): Promise<readonly string[]> {
  const runs = runsFolder(workspaceRoot);
  const aged = await Promise.all(
    (await readdir(runs)).map(async (name) => {
      const folder = path.join(runs, name);
      // Another command may have removed it meanwhile.
      const found = await stat(folder).catch(() => undefined);
      return { folder, changedMs: found?.mtimeMs ?? 0 };
    }),
  );
  const newestFirst = aged.toSorted((a, b) => b.changedMs - a.changedMs);
  return newestFirst.slice(kept).map(({ folder }) => folder);
}
