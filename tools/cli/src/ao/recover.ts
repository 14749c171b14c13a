import { recoverRecord, writeRecovered } from "@slipway/processes/recover";
import { deployTargetOf } from "@slipway/processes/target-of";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  target: { type: "string" },
  write: { type: "boolean" },
  json: { type: "boolean" },
} as const;

export async function recoverDeployment(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { json, target, write = false } = read.value.options;
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const deployTarget = await deployTargetOf(task.value, target);
  if (!deployTarget.ok) return tell(deployTarget);
  const recovered = await recoverRecord(task.value, deployTarget.value);
  if (!recovered.ok) return tell(recovered);
  const { file, record, differences } = recovered.value;
  const written = write ? await writeRecovered(task.value, recovered.value) : undefined;
  if (written?.ok === false) return tell(written);
  const rows = differences.map((each) => [
    each.name,
    each.about,
    `${each.recorded} here`,
    each.about === "definition" ? "not in ao.yml, kept" : `${each.found} on the network`,
  ]);
  const agree = differences.every(({ about }) => about === "definition");
  show({ file, record, differences }, [...rows, [agree ? "they agree" : file]]);
  return agree || write ? 0 : 1;
}
