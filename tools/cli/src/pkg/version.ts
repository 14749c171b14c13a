import { openLines } from "@slipway/report/lines";
import program from "../../package.json" with { type: "json" };
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";

export async function printVersion({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { version } = program;
  const platform = `${process.platform}/${process.arch}`;
  const node = process.versions.node;
  const { line } = openLines();
  if (read.value.options.json === true) {
    line(JSON.stringify({ schema: 1, version, platform, node }, undefined, 2));
  } else line(`slipway version ${version}\n  Platform: ${platform}\n  Node version: ${node}`);
  return 0;
}
