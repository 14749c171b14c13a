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
];
