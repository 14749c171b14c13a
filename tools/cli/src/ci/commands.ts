import type { Command } from "../command.ts";

/** `slipway ci`: pipelines and the plugins that render them. */
export const ciCommands: readonly Command[] = [
  {
    name: "ci plugin test",
    takes: "<program> [--limit <ms>] [--json]",
    does: "try whether a program is a plugin of pipelines, whatever it is written in",
    options: {
      "<program>": "a file that can be run; .ts, .js, .mjs and .cjs by the Node of slipway",
      "--limit <ms>": "for each call; 10000 without it",
      "--json": "one object: schema, plugin, version, checks with name, problem, failure",
      "exit code 1": "a check found something",
    },
    examples: ["slipway ci plugin test ./bin/slipway-plugin-lang-ruby"],
    doing: "trying",
    load: async () => (await import("./plugin-test.ts")).testPlugin,
  },
];
