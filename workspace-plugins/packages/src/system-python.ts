import path from "node:path";
import { runProgram } from "./process.ts";

const limitMs = 10_000;

/** Where the `python3` of the `PATH` has its packages, as it says itself; `undefined` where there is none. */
export async function systemSitePackages(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const code = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const options = { cwd: path.sep, environment, signal, timeoutMs: limitMs };
  const ran = await runProgram("python3", ["-I", "-c", code], options);
  if (ran.state !== "ended" || ran.exitCode !== 0) return undefined;
  const folder = ran.output.trimEnd().split("\n").at(-1) ?? "";
  return path.isAbsolute(folder) ? folder : undefined;
}
