import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import {
  readAsked,
  readOutcomes,
  readRunPlan,
  readRunResults,
  runsFolder,
} from "@slipway/executors/runs";
import { askedLines, openConsole, runTable, runTotals } from "@slipway/report";
import type { RunRow } from "@slipway/report";
import { runNx } from "./nx.ts";

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

async function readRows(folder: string): Promise<readonly RunRow[] | undefined> {
  const [plan, outcomes, ends] = await Promise.all([
    readRunPlan(folder),
    readOutcomes(folder),
    readRunResults(folder),
  ]);
  return ends
    ?.filter(({ id }) => plan.has(id))
    .map(({ id, status, durationMs }) => {
      const planned = plan.get(id);
      return {
        id,
        status,
        durationMs,
        outcome: outcomes.get(id),
        isCached: planned?.action.cached ?? false,
        differences: planned?.differences ?? [],
        missingOutputs: planned?.missingOutputs ?? [],
      };
    });
}

/** The folder of the newest command that began since `sinceMs`. */
async function newestRun(workspaceRoot: string, sinceMs: number): Promise<string | undefined> {
  const runs = runsFolder(workspaceRoot);
  const names = await readdir(runs).catch((): string[] => []);
  const aged = await Promise.all(
    names.map(async (name) => {
      const folder = path.join(runs, name);
      return { folder, bornMs: (await stat(folder)).birthtimeMs };
    }),
  );
  return aged.filter(({ bornMs }) => bornMs >= sinceMs).toSorted((a, b) => b.bornMs - a.bornMs)[0]
    ?.folder;
}
