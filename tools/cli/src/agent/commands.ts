import type { Command } from "../command.ts";

/** `slipway agent`: definitions of images, and agents started from them. */
export const agentCommands: readonly Command[] = [
  {
    name: "agent list",
    takes: "[--json]",
    does: "list agents with the bases they go on, bases, and extensions",
    options: {
      "--json":
        "one object: schema, agents, bases, extensions, extendedImages, pairs, overrides, ignored",
    },
    load: async () => (await import("./list.ts")).listAgents,
  },
  {
    name: "agent validate",
    takes: "[<folder>] [--json]",
    does: "tell every problem of every definition of images",
    options: {
      "<folder>": "of definitions below it alone; it need not be in a workspace",
      "--json": "one object: schema, definitions, problems, doubts, overrides, ignored",
      "exit code 1": "there are problems",
    },
    examples: ["slipway agent validate", "slipway agent validate ~/.aicage-custom"],
    load: async () => (await import("./validate.ts")).validateDefinitions,
  },
  {
    name: "agent release",
    takes: "--out <folder> [--version <version>] [--json]",
    does: "pack this workspace's definitions, with sums and a signature",
    options: {
      "--out <folder>": "which is replaced as a whole, if nothing but an earlier release is in it",
      "--version <version>": "without it one that follows from the content",
      "--json": "one object: schema, state, cause, facts",
    },
    examples: ["slipway agent release --out dist/definitions --version 1.4.0"],
    needsWorkspace: true,
    load: async () => (await import("./release.ts")).releaseDefinitions,
  },
  {
    name: "agent use",
    takes: "<folder>... [--allow-unsigned] [--json]",
    does: "take over the definitions of releases as the packaged set",
    options: {
      "<folder>": "holds SHA256SUMS and artefacts, of slipway agent release or of aicage",
      "--allow-unsigned": "also where nobody signed it whom trust/signers.json names",
      "--json": "one object: schema, state, cause, facts",
    },
    examples: [
      "slipway agent use dist/definitions",
      "slipway agent use aicage-image aicage-image-base --allow-unsigned",
    ],
    load: async () => (await import("./use.ts")).useDefinitions,
  },
];
