import type { SeenProcess } from "@slipway/processes";
import { isFaulty, verifyProject } from "@slipway/processes/verify-project";
import type { Failure } from "@slipway/report";
import { environmentRows } from "@slipway/report/ao-environments";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";
import { allAoProjects } from "./ao-project.ts";

const options = {
  target: { type: "string", multiple: true },
  strict: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Every environment of every project in one table; 1 where one is not as it was deployed. */
export async function verifyEnvironments(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1000] });
  if (!read.ok) return tellUsage(read.failure);
  const { json, strict: isStrict = false, target = [] } = read.value.options;
  const { taskOf, show } = openAoCall(call, { json });
  const { words } = read.value;
  const projects = words.length > 0 ? words : allAoProjects(call.workspaceRoot);
  const seen: SeenProcess[] = [];
  const failures: Failure[] = [];
  for (const project of projects) {
    const task = taskOf(project);
    const verified = task.ok ? await verifyProject(task.value, target) : task;
    if (verified.ok) seen.push(...verified.value);
    else failures.push(verified.failure);
  }
  const processes = seen.map((one) => ({ ...one, isFaulty: isFaulty(one, { isStrict }) }));
  const isWrong = failures.length > 0 || processes.some((one) => one.isFaulty);
  const told = failures.length === 0 ? {} : { failures };
  show({ processes, ...told }, environmentRows(seen, new Date()));
  if (json !== true) for (const failure of failures) await tellFailure(failure);
  return isWrong ? 1 : 0;
}
