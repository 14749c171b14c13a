import { openEngine } from "@slipway/images";
import type { CheckedImage } from "@slipway/images";
import { selectEntry } from "@slipway/images/catalogue/select";
import { checkImages } from "@slipway/images/run/check-images";
import { imageCheckRows, imageCheckTotals } from "@slipway/report/image-check";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { imagesRoot } from "./own-folders.ts";

/** Whether every agent answers with the version that its image was recorded with. */
export async function checkAgents(call: Call): Promise<number> {
  const options = { all: { type: "boolean" }, json: { type: "boolean" } } as const;
  const read = readArguments(call.args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { all = false, json = false } = read.value.options;
  const { catalogue, signal, show, tell, progress, workspaceRoot } = openAgentCall(call, { json });
  const found = await catalogue();
  if (!found.ok) return tell(found);
  for (const name of read.value.words) {
    const agent = selectEntry(found.value.agents, "agent", name);
    if (!agent.ok) return tellUsage(agent.failure);
  }
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return tell(opened);
  using engine = opened.value;
  await engine.reap();
  const checked = await checkImages({
    catalogue: found.value,
    place: { root: workspaceRoot ?? imagesRoot(process.env) },
    agents: read.value.words,
    engine,
    signal,
    progress,
  });
  if (!checked.ok) return await tell(checked);
  if (checked.value.length > 0) progress(imageCheckTotals(checked.value));
  show({ images: checked.value }, imageCheckRows(checked.value));
  return checked.value.every((image) => isRight(image, all)) ? 0 : 1;
}

function isRight({ state }: CheckedImage, isAllNeeded: boolean): boolean {
  return state === "as-recorded" || (state === "not-built" && !isAllNeeded);
}
