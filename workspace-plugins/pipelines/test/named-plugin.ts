import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { servePlugin } from "@slipway/pipeline-sdk";

const [name = "", mode = ""] = process.argv.slice(2);

/** What it does when it is asked to detect, in the folder that it is asked about. */
const modes: Readonly<Record<string, (file: string) => Promise<void>>> = {
  first: async (file) => writeFileSync(file, ""),
  "after-first": async (file) => {
    while (!existsSync(file)) await setTimeout(5);
  },
  throws: async () => {
    throw new Error("it is Sunday");
  },
  never: async () => new Promise(() => {}),
};

const detect = modes[mode];

servePlugin({
  name,
  version: "1.0.0",
  capabilities: ["lang:odd"],
  hooks:
    detect === undefined
      ? {}
      : {
          detect: async ({ repository }) => {
            await detect(path.join(repository?.root ?? "", "first"));
            return { signals: [name] };
          },
        },
});
