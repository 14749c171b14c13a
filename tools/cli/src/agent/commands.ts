import type { Command } from "../command.ts";

/** `slipway agent`: definitions of images, and agents started from them. */
export const agentCommands: readonly Command[] = [
  {
    name: "agent",
    takes: "[options] <agent> [options] [--] [<words for the agent>...]",
    does: "start an agent in this folder, in its own container",
    options: {
      "--base <name>": "what it is installed on; else as remembered here, else asked",
      "--extension <name>": "put on it; may be given again",
      "--no-extensions": "none, whatever is remembered",
      "--image <name>": "an extended image by its name, in place of these",
      "--share <path>[:ro]": "also mounted, at the same path; remembered; may be given again",
      "--env <name>[=<value>]": "set in the container, for this start; may be given again",
      "--docker": "mount the engine's socket: who has it is root of this machine",
      "--mount <name>": "gitconfig, gitroot, gnupg, ssh or docker; remembered",
      "--no-mount <name>": "not that one; remembered",
      "--docker-arg=<word>": "a word for docker run; remembered; may be given again",
      "--dry-run": "tell what would be done; nothing is built or made",
      "--json": "with --dry-run: one object: schema, agent, base, reference, mounts, ...",
      "--offline": "build nothing: the image that is there will do",
      "-y, --yes": "take what is usual in place of questions",
      "exit code": "the agent's own; 125 to 127 as of docker run; 2 where a choice is open",
    },
    examples: [
      "slipway agent codex",
      "slipway agent codex --base debian --share ~/data:ro",
      "echo 'what is here?' | slipway agent codex exec -",
      "slipway agent codex -- --version",
      "slipway agent codex --docker-arg=--publish=8080:8080",
    ],
    load: async () => (await import("./start.ts")).startInProject,
  },
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
  {
    name: "agent config info",
    takes: "[<agent>] [--json]",
    does: "tell what is remembered of agents in this folder",
    options: { "--json": "one object: schema, project, file, agents" },
    examples: ["slipway agent config info codex"],
    load: async () => (await import("./config.ts")).tellMemory,
  },
  {
    name: "agent config remove",
    takes: "[<agent>] [--yes] [--json]",
    does: "forget it: the next start asks again",
    options: {
      "-y, --yes": "do not ask; where there is no terminal nothing goes without it",
      "--json": "one object: schema, project, forgotten",
    },
    examples: ["slipway agent config remove codex --yes"],
    load: async () => (await import("./config.ts")).removeMemory,
  },
  {
    name: "agent prune",
    takes: "[--dry-run] [--json]",
    does: "remove what builds and starts have left: superseded images of ours, layouts without a base, old logs, what is remembered of projects that are gone",
    options: {
      "--dry-run": "only tell",
      "--json": "one object: schema, images, layouts, logs, projects, kept",
    },
    examples: ["slipway agent prune --dry-run"],
    doing: "looking for what is left",
    load: async () => (await import("./prune.ts")).pruneLeftovers,
  },
];
