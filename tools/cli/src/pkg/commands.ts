import type { Command } from "../command.ts";

/** `slipway pkg`: what aigg does, under its names, and more. */
export const packageCommands: readonly Command[] = [
  {
    name: "pkg add",
    takes: "<host[:port]/repository[:tag]> [--json]",
    does: "lock the package that a reference names now",
    examples: ["slipway pkg add localhost:5055/agents/text-tools:1.0.0"],
    load: async () => (await import("./add.ts")).addPackage,
  },
  {
    name: "pkg install",
    takes: "[--json]",
    does: "make what aigogo.lock names importable here",
    options: { "--json": "one object: schema, state, cause, facts, packages" },
    examples: ["slipway pkg install"],
    load: async () => (await import("./install.ts")).installLocked,
  },
  {
    name: "pkg rm",
    takes: "<package>... [--json]",
    does: "take packages out of the lock",
    examples: ["slipway pkg rm text_tools"],
    load: async () => (await import("./rm.ts")).removePackages,
  },
  {
    name: "pkg delete",
    takes: "<reference> | <repository> --all",
    does: "delete a package, or all of a repository, from its registry",
    options: {
      "--all": "every tag of the repository",
      "--dry-run": "say what would go: a registry deletes all tags of the same content",
      "-y, --yes": "do not ask; where there is no terminal nothing goes without it",
      "--json": "one object",
    },
    examples: [
      "slipway pkg delete localhost:5055/agents/text-tools:1.0.0 --dry-run",
      "slipway pkg delete localhost:5055/agents/text-tools --all --yes",
    ],
    load: async () => (await import("./delete.ts")).deleteTags,
  },
  {
    name: "pkg show-deps",
    takes: "<aigogo.json, aigogo.lock or folder> [--format <name>]",
    does: "write the dependencies for another package manager",
    options: {
      "--format <name>": "text, pyproject, poetry, requirements, npm or yarn; text without it",
    },
    examples: ["slipway pkg show-deps examples/consumer --format requirements"],
    load: async () => (await import("./show-deps.ts")).printDependencies,
  },
  {
    name: "pkg login",
    takes: "<registry> -u <user> [-p]",
    does: "keep a user and password for a registry that takes them",
    options: {
      "-u, --username <user>": "whose password it is; asked for on a terminal",
      "-p, --password-stdin": "read the password from the first line of the standard input",
      "--dockerhub": "Docker Hub, in place of a registry",
    },
    load: async () => (await import("./login.ts")).loginRegistry,
  },
  {
    name: "pkg logout",
    takes: "<registry>",
    does: "forget the user and password of a registry",
    load: async () => (await import("./login.ts")).logoutRegistry,
  },
];
