import { readAsked } from "@slipway/executors/runs";
import { askedLines, openConsole, runTable, runTotals } from "@slipway/report";
import { runNx } from "./nx.ts";
import { newestRun, readRows } from "./run-record.ts";

/** The whole line: everything that makes the world agree with the workspace, and proves it. */
export const lineTargets = ["push", "install", "load", "ao-verify", "verify-boot", "signature"];

/** Runs the targets of all our projects and prints one table. Answers with the exit code. */
export async function runLine(
  workspaceRoot: string,
  targets: readonly string[],
  nxArguments: readonly string[],
): Promise<number> {
  const console = openConsole();
  const startedMs = Date.now();
  const exitCode = await runNx(workspaceRoot, [
    "run-many",
    `--targets=${targets.join(",")}`,
    "--projects=tag:slipway",
    "--outputStyle=stream",
    ...nxArguments,
  ]);
  const folder = await newestRun(workspaceRoot, startedMs);
  const rows = folder === undefined ? undefined : await readRows(folder);
  if (folder === undefined || rows === undefined) {
    if (exitCode !== 0) {
      console.failure({ reason: "nx-failed", command: "nx run-many", exitCode });
    }
    return exitCode;
  }
  const spentSeconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.line(["", ...runTable(rows), "", `${runTotals(rows)} in ${spentSeconds} s`].join("\n"));
  console.line(
    ["", "asked of the outside world", ...askedLines(await readAsked(folder))].join("\n"),
  );
  return exitCode;
}
