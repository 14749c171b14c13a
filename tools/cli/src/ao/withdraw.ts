import { stepRows } from "@slipway/processes/release/step";
import { withdrawVersions } from "@slipway/processes/release/withdraw";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  package: { type: "string" },
  to: { type: "string" },
  message: { type: "string" },
  "no-patch": { type: "boolean" },
  dead: { type: "boolean" },
  target: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** A version of the packages of a project, or all that are for processes which are deployed no more. */
export async function withdrawProject(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 2] });
  if (!read.ok) return tellUsage(read.failure);
  const { to, message, dead = false, target, json, ...flags } = read.value.options;
  const words = read.value.words;
  const [version, project] = dead ? [undefined, ...words] : words;
  if (dead === (version !== undefined) || (dead && words.length > 1)) {
    const problem = dead
      ? "--dead and a version are two choices"
      : "a version or --dead is missing";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(project);
  if (!task.ok) return tell(task);
  const isDryRun = flags["dry-run"] === true;
  const withdrawn = await withdrawVersions(task.value, {
    version,
    to,
    isDryRun,
    package: flags.package,
    text: message,
    withPatch: flags["no-patch"] !== true,
    deployTarget: target,
  });
  if (!withdrawn.ok) return tell(withdrawn);
  return show({ isDryRun, versions: withdrawn.value }, stepRows(withdrawn.value));
}
