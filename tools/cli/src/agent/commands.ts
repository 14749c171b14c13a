import type { Command } from "../command.ts";

/** `slipway agent`: definitions of images, and agents started from them. */
export const agentCommands: readonly Command[] = [
  {
    name: "agent list",
    takes: "[--json]",
    does: "list agents with the bases they go on, bases, and extensions",
    options: {
      "--json": "one object: schema, agents, bases, extensions, extendedImages, overrides, ignored",
    },
    load: async () => (await import("./list.ts")).listAgents,
  },
  {
    name: "agent validate",
    takes: "[<folder>] [--json]",
    does: "tell every problem of every definition of images",
    options: {
      "<folder>": "of definitions below it alone; it need not be in a workspace",
      "--json": "one object: schema, definitions, problems, overrides, ignored",
      "exit code 1": "there are problems",
    },
    examples: ["slipway agent validate", "slipway agent validate ~/.aicage-custom"],
    load: async () => (await import("./validate.ts")).validateDefinitions,
  },
];
