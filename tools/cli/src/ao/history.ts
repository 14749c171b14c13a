import { readHistory } from "@slipway/processes/read-history";
import type { Told } from "@slipway/processes/read-history";
import { shortDigest } from "@slipway/signature/digest";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = { target: { type: "string" }, json: { type: "boolean" } } as const;

export async function tellHistory(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { json, target } = read.value.options;
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const told = await readHistory(task.value, target);
  return told.ok ? show({ history: told.value }, told.value.map(rowOf)) : tell(told);
}

function rowOf(entry: Told): readonly string[] {
  const { at, deployTarget, name, did, codeDigest, process, from, commit } = entry;
  const code = codeDigest === undefined ? "" : shortDigest(codeDigest);
  const dirty = commit?.isClean === false ? " and changes" : "";
  const source = commit === undefined ? "" : `${commit.id.slice(0, 12)}${dirty}`;
  return [
    at,
    deployTarget,
    name,
    from === undefined ? did : `${did} from ${from}`,
    code,
    process,
    source,
  ];
}
