import { mkdir, open, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "@slipway/signature/basics";

/** Of each image; older ones go when a new one begins. */
const keptLogs = 5;

/**
 * Makes an empty log for a build, under a name that no other build has: `codex--debian.2026-11-21T10-40-01-123Z.log`,
 * with a number more where two begin in one millisecond. Their names sort by time.
 */
export async function newBuildLog(
  folder: string,
  image: string,
  now: Date = new Date(),
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = await makeUnique(path.join(folder, `${image}.${stampOf(now)}`));
  await pruneLogs(folder, image);
  return file;
}

function stampOf(now: Date): string {
  return now.toISOString().replaceAll(/[:.]/g, "-");
}

async function makeUnique(stem: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${stem}.log` : `${stem}.${number}.log`;
    try {
      await (await open(file, "wx")).close();
      return file;
    } catch (error) {
      if (!hasCode(error, ["EEXIST"])) throw error;
    }
  }
}

/** Only names of the form above: another file, or another image's, is not ours to remove. */
async function pruneLogs(folder: string, image: string): Promise<void> {
  const stamp = /^\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z(?:\.\d+)?\.log$/;
  const logs = (await readdir(folder))
    .filter((name) => name.startsWith(image) && stamp.test(name.slice(image.length)))
    .toSorted();
  for (const name of logs.slice(0, -keptLogs)) {
    await rm(path.join(folder, name), { force: true });
  }
}
