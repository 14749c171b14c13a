import { access, constants, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ServerFailure } from "../failure.ts";
import { runProgram } from "../process.ts";

const programName = "docker-registry";
const inPackage = path.join("usr", "bin", programName);
const timeoutMs = 300_000;

export type ProgramSearch = {
  /** The folders of PATH. */
  readonly folders: readonly string[];
  /** The machine-wide cache of Slipway; the program is unpacked under `tools/` when PATH lacks it. */
  readonly cacheFolder: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
};

/** Docker Distribution: from PATH, else from an earlier download, else from the system's Debian sources without root. */
export async function findProgram(search: ProgramSearch): Promise<Result<string, ServerFailure>> {
  for (const folder of search.folders.filter((name) => path.isAbsolute(name))) {
    const candidate = path.join(folder, programName);
    if (await isExecutable(candidate)) return ok(candidate);
  }
  const unpacked = path.join(search.cacheFolder, "tools", programName);
  const program = path.join(unpacked, inPackage);
  if (await isExecutable(program)) return ok(program);
  return download(search, unpacked);
}

async function download(
  search: ProgramSearch,
  unpacked: string,
): Promise<Result<string, ServerFailure>> {
  const partial = `${unpacked}.${process.pid}.partial`;
  try {
    const made = await unpackInto(search, partial);
    if (!made.ok) return made;
    await rm(unpacked, { recursive: true, force: true });
    await rename(path.join(partial, "root"), unpacked);
    return ok(path.join(unpacked, inPackage));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Apt's lists, cache and status go into `partial`: the system's own are root's. */
async function unpackInto(
  search: ProgramSearch,
  partial: string,
): Promise<Result<undefined, ServerFailure>> {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "root"]) {
    await mkdir(path.join(partial, folder), { recursive: true });
  }
  const apt = [
    ["-o", `Dir::State=${path.join(partial, "state")}`],
    ["-o", `Dir::Cache=${path.join(partial, "cache")}`],
    ["-o", "Dir::State::status=/var/lib/dpkg/status"],
    ["-o", "APT::Sandbox::User="],
  ].flat();
  const run = async (step: DownloadStep, file: string, args: readonly string[]) => {
    search.progress(`${step} (${programName} is not on PATH)`);
    const done = await runProgram(file, args, { cwd: partial, signal: search.signal, timeoutMs });
    return done.exitCode === 0 ? ok(undefined) : missing(step, done.output);
  };
  const updated = await run("apt-get update", "apt-get", [...apt, "update"]);
  if (!updated.ok) return updated;
  const downloaded = await run("apt-get download", "apt-get", [...apt, "download", programName]);
  if (!downloaded.ok) return downloaded;
  const archive = (await readdir(partial)).find((name) => name.endsWith(".deb"));
  if (archive === undefined) return missing("package-empty", "no .deb was downloaded");
  const unpacking = await run("dpkg-deb", "dpkg-deb", ["-x", archive, "root"]);
  if (!unpacking.ok) return unpacking;
  const there = await exists(path.join(partial, "root", inPackage));
  return there ? ok(undefined) : missing("package-empty", `${archive} holds no ${inPackage}`);
}

type DownloadStep = "apt-get update" | "apt-get download" | "dpkg-deb" | "package-empty";

function missing(step: DownloadStep, output: string): Result<never, ServerFailure> {
  const error = output.trimEnd().split("\n").slice(-5).join("\n");
  return fail({ reason: "registry-program-missing", step, error });
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch (error) {
    // Whatever keeps us from running it, the next place is tried.
    if (error instanceof Error) return false;
    throw error;
  }
}
