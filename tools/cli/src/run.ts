import { readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readAsked } from "@slipway/executors/runs";
import { askedLines, openConsole, runTable, runTotals } from "@slipway/report";
import { initKeys } from "@slipway/attestation";
import { readArguments } from "./arguments.ts";
import { usageExitCode } from "./call.ts";
import type { Call } from "./call.ts";
import { runNx } from "./nx.ts";
import { openProgress } from "./nx-progress.ts";
import { waitForTurn } from "./run-lock.ts";
import { readRows } from "./run-record.ts";
import type { RecordedRow } from "./run-record.ts";

/** The whole line: everything that makes the world agree with the workspace, and proves it. */
const lineTargets = ["push", "install", "load", "ao-verify", "verify-boot", "signature"];

const logName = path.join(".slipway", "logs", "nx.log");
const shownLogLines = 30;

/** Runs the targets of all our projects and prints one table. */
export async function runLine({ workspaceRoot, args }: Call): Promise<number> {
  const console = openConsole();
  const options = {
    targets: { type: "string", short: "t", default: lineTargets.join(",") },
  } as const;
  const read = readArguments(args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) {
    console.failure(read.failure);
    return usageExitCode;
  }
  const targets = read.value.options.targets.split(",");
  const signs = targets.some((target) => target === "smoke" || target === "verify-boot");
  const keys = signs ? await initKeys(workspaceRoot, process.env) : undefined;
  if (keys?.ok === false) {
    console.failure(keys.failure);
    return 1;
  }
  return runTargets(workspaceRoot, targets, read.value.words);
}

async function runTargets(
  workspaceRoot: string,
  targets: readonly string[],
  nxArguments: readonly string[],
): Promise<number> {
  const console = openConsole();
  using _turn = await waitForTurn(workspaceRoot, console.progress);
  const startedMs = Date.now();
  const logFile = path.join(workspaceRoot, logName);
  const progressOf = openProgress();
  const { exitCode, wasStopped, folder } = await runNx({
    workspaceRoot,
    nxArguments: [
      "run-many",
      `--targets=${targets.join(",")}`,
      "--projects=tag:slipway",
      "--outputStyle=stream",
      ...nxArguments,
    ],
    logFile,
    line: (line) => {
      const progress = progressOf(line);
      if (progress !== undefined) console.progress(progress);
    },
    progress: console.progress,
  });
  const rows = folder === undefined ? undefined : await readRows(folder, targets);
  if (folder === undefined || rows === undefined) {
    if (wasStopped) {
      console.failure({ reason: "run-stopped" });
      return exitCode;
    }
    // Where no project has such a target, Nx only lists all projects.
    if (exitCode !== 0) console.line(await endOf(logFile));
    console.failure(
      exitCode === 0
        ? { reason: "targets-unknown", targets }
        : { reason: "nx-failed", command: "nx run-many", exitCode },
    );
    return exitCode === 0 ? 1 : exitCode;
  }
  const spentSeconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.line(["", ...runTable(rows), "", `${runTotals(rows)} in ${spentSeconds} s`].join("\n"));
  console.line(
    ["", "asked of the outside world", ...askedLines(await readAsked(folder))].join("\n"),
  );
  for (const text of await failureTexts(rows, logFile)) console.line(`\n${text}`);
  return exitCode;
}

/** What the failed tasks said, each thing once; the end of Nx's log for one that could not say anything. */
async function failureTexts(
  rows: readonly RecordedRow[],
  logFile: string,
): Promise<readonly string[]> {
  const failed = rows.filter(({ status }) => status === "failure");
  const byText = Map.groupBy(failed, ({ failureText }) => failureText);
  const texts = [...byText].flatMap(([text, of]) =>
    text === undefined ? [] : [`${of.map(({ id }) => id).join(", ")}\n${text.trimEnd()}`],
  );
  return byText.has(undefined) ? [...texts, await endOf(logFile)] : texts;
}

async function endOf(logFile: string): Promise<string> {
  // The colours of Nx and of what it runs would be shown as signs.
  const text = stripVTControlCharacters(await readFile(logFile, "utf8"));
  const lines = text.trimEnd().split("\n");
  return [...lines.slice(-shownLogLines), `(the end of ${logName})`].join("\n");
}
