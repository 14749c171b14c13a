import path from "node:path";
import { createProjectGraphAsync, readJsonFile } from "@nx/devkit";
import type { NxJsonConfiguration } from "@nx/devkit";
import { probeEngine, signNow } from "@slipway/executors/runs";
import { columns, openConsole, describeDifference } from "@slipway/report";
import type { Failure } from "@slipway/report";
import { actionsFolder, explainTarget, readRecordedAction, shortDigest } from "@slipway/signature";
import type { Explanation, Result } from "@slipway/signature";
import { readArguments } from "./arguments.ts";
import { usageExitCode } from "./call.ts";
import type { Call } from "./call.ts";

/** Why a target would run now, or why not. */
export async function explain({ workspaceRoot, args }: Call): Promise<number> {
  const console = openConsole();
  const read = readArguments(args, { options: {}, words: [1, 1] });
  if (!read.ok) {
    console.failure(read.failure);
    return usageExitCode;
  }
  const [id = ""] = read.value.words;
  const explained = await explainNow(workspaceRoot, id);
  if (!explained.ok) {
    console.failure(explained.failure);
    return 1;
  }
  const { willRun, isCached, signature, differences } = explained.value;
  const verdict = isCached
    ? willRun
      ? "will run"
      : "will not run: same work signature as at its last success"
    : "runs every time, and does nothing where the world agrees";
  console.line(`${id} ${verdict}`);
  const rows = differences.map((difference) => ["  because", describeDifference(difference)]);
  console.line(columns([...rows, ["  work signature", shortDigest(signature)]]).join("\n"));
  return 0;
}

async function explainNow(
  workspaceRoot: string,
  id: string,
): Promise<Result<Explanation, Failure>> {
  const graph = await createProjectGraphAsync({ exitOnError: true });
  const signal = AbortSignal.timeout(60_000);
  const engine = await probeEngine({
    workspaceRoot,
    targets: new Set(["image"]),
    variables: process.env,
    counted: () => {},
  });
  const { facts } = engine;
  const { namedInputs } = readJsonFile<NxJsonConfiguration>(path.join(workspaceRoot, "nx.json"));
  const signed = await signNow({ workspaceRoot, graph, namedInputs, facts, signal });
  if (!signed.ok) return signed;
  const recorded = await readRecordedAction(actionsFolder(workspaceRoot), id);
  if (!recorded.ok) return recorded;
  return explainTarget(id, signed.value, recorded.value);
}
