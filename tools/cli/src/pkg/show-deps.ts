import { userHome } from "@slipway/registry/user-home";
import path from "node:path";
import { showDependencies } from "@slipway/packages/show-deps/show-dependencies";
import { storeIn } from "@slipway/packages/store-place";
import { openLines } from "@slipway/report/lines";
import { readTextIfPresent } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";

/** To the standard output, and nothing else there: it is meant to be appended to a file of the folder we stand in. */
export async function printDependencies({ args }: Call): Promise<number> {
  const options = { format: { type: "string" }, json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [given = "."] = read.value.words;
  const shown = await showDependencies({
    path: path.resolve(given),
    format: read.value.options.format ?? "text",
    store: storeIn(userHome()),
    pyproject: await readTextIfPresent(path.resolve("pyproject.toml")),
  });
  const { json = false } = read.value.options;
  if (!shown.ok) return tellFailure(shown.failure, { json });
  const text = JSON.stringify({ schema: 1, ...shown.value }, undefined, 2);
  openLines().line(json ? text : shown.value.text.trimEnd());
  return 0;
}
