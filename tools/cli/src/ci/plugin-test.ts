import path from "node:path";
import { testConformance } from "@slipway/pipelines/conformance";
import type { ConformanceCheck } from "@slipway/pipelines/conformance";
import { launchOf } from "@slipway/pipelines/plugins";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";

const options = { limit: { type: "string" }, json: { type: "boolean" } } as const;

/** Of a timer: one that is longer ends at once. */
const longestMs = 2 ** 31 - 1;

/** Each check, and in full the first failure of those that found something. */
export async function testPlugin(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { limit = "10000", json = false } = read.value.options;
  const limitMs = Number(limit);
  if (!Number.isSafeInteger(limitMs) || limitMs < 1 || limitMs > longestMs) {
    const problem = `--limit is a number of milliseconds, ${longestMs} at most, not ${limit}`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const [word = ""] = read.value.words;
  const program = path.resolve(word);
  const { signal, show } = openAnswer({ json });
  const found = await testConformance(
    {
      name: word,
      ...launchOf(program),
      folder: process.cwd(),
    },
    { limitMs, signal },
  );
  show(found, [[found.plugin, found.version], ...found.checks.map(rowOf)]);
  const failure = found.checks.find((check) => check.failure !== undefined)?.failure;
  if (failure !== undefined && !json) return tellFailure(failure);
  return found.checks.every((check) => rowOf(check)[0] === "ok") ? 0 : 1;
}

function rowOf({ name, problem, failure }: ConformanceCheck): readonly [string, string, string] {
  const isOk = problem === undefined && failure === undefined;
  return [isOk ? "ok" : "failed", name, problem ?? failure?.reason ?? ""];
}
