import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fail, ok, takeLock } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { isRunning } from "@slipway/signature/process-group";
import type { Definition } from "../definition/definition.ts";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";
import { usualWaitsMs } from "./agree.ts";
import type { ReleaseDefinition } from "./definition.ts";
import type { ReleaseFailure } from "./failure.ts";
import { npmIn } from "./npm.ts";
import type { Npm } from "./npm.ts";
import { openNpmClient } from "./npm-client.ts";
import type { RunNpm } from "./npm-client.ts";
import { findPackage } from "./released-package.ts";
import type { FoundPackage } from "./released-package.ts";

export type ReleaseTask = TaskContext & { readonly progress: (line: string) => void };

/** What a test replaces; a run uses what Node has. */
export type ReleaseEffects = {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly run?: RunNpm;
  readonly waitsMs?: readonly number[];
};

export type OpenPackage = FoundPackage & { readonly npm: Npm };

/** The release of a project, read and settled. */
export type OpenRelease = {
  readonly definition: Definition;
  readonly release: ReleaseDefinition;
  readonly packages: readonly OpenPackage[];
  readonly waitsMs: readonly number[];
};

/** Work on the release of a project, with a folder for tarballs. What is not only told is done by one at a time. */
export async function withRelease<Value>(
  task: ReleaseTask,
  { isDryRun, ...effects }: ReleaseEffects & { readonly isDryRun: boolean | undefined },
  work: (folder: string, opened: OpenRelease) => Promise<Result<Value, ProcessesFailure>>,
): Promise<Result<Value, ProcessesFailure>> {
  const opened = await openRelease(task, effects);
  if (!opened.ok) return opened;
  const begin = () => inTemporaryFolder(task, (folder) => work(folder, opened.value));
  return isDryRun === true ? begin() : alone(task, begin);
}

async function openRelease(
  task: ReleaseTask,
  effects: ReleaseEffects,
): Promise<Result<OpenRelease, ProcessesFailure>> {
  const { workspaceRoot, projectRoot, signal } = task;
  const read = await readDefinition(workspaceRoot, projectRoot);
  if (!read.ok) return read;
  const { release } = read.value;
  const file = path.posix.join(projectRoot, "ao.yml");
  if (release === undefined) return fail({ reason: "release-undeclared", file });
  const run = effects.run ?? openNpmClient(effects.environment ?? process.env, signal);
  const counted = (question: string): void => task.counted("registry", question);
  const packages: OpenPackage[] = [];
  for (const each of release.packages) {
    const found = await findPackage(each, path.join(workspaceRoot, projectRoot), workspaceRoot);
    if (!found.ok) return found;
    const { folder, packageJson } = found.value;
    const npm = npmIn({ folder, ...packageJson }, { run, counted });
    packages.push({ ...found.value, npm });
  }
  const waitsMs = effects.waitsMs ?? usualWaitsMs;
  return ok({ definition: read.value, release, packages, waitsMs });
}

/** One release of a project at a time on this machine; between machines the registry's own refusals stand. */
async function alone<Value>(
  task: ReleaseTask,
  work: () => Promise<Result<Value, ProcessesFailure>>,
): Promise<Result<Value, ProcessesFailure>> {
  const file = path.posix.join(placeOf(task), "release.lock");
  using lock = takeLock(path.join(task.workspaceRoot, file));
  if (lock === undefined) return fail<ReleaseFailure>({ reason: "release-running", file });
  return await work();
}

/** A folder for tarballs, gone afterwards; what a killed run left of its own goes with the next. */
async function inTemporaryFolder<Value>(
  task: ReleaseTask,
  work: (folder: string) => Promise<Value>,
): Promise<Value> {
  const parent = path.join(task.workspaceRoot, placeOf(task));
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const folder = await mkdtemp(path.join(parent, `${packed}${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In the name of the folder, before the id of the process that it is of. */
const packed = "packed-";

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(packed) ? Number.parseInt(name.slice(packed.length), 10) : 0;
    if (pid > 0 && !isRunning(pid)) await rm(path.join(parent, name), { recursive: true });
  }
}

function placeOf({ projectName }: ReleaseTask): string {
  return path.posix.join(".slipway/ao", encodeURIComponent(projectName));
}
