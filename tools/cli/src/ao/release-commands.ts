import type { Command } from "../command.ts";

/** Of `slipway ao`: the npm packages that talk to the processes. */
export const releaseCommands: readonly Command[] = [
  {
    name: "ao release",
    takes: "[<project>] [options]",
    does: "publish the npm packages of a project whose processes are verified",
    options: {
      "<project>": "its folder or name; without it the one that you stand in",
      "--target <name>": "the deploy target to verify first; else that of release in ao.yml",
      "--tag <name>": "the dist-tag; else that of release in ao.yml",
      "--move-back": "let the dist-tag go to an older version",
      "--dry-run": "tell what would be done; nothing is published",
      "--json": "one object: schema, isDryRun, versions with name, version, integrity, steps",
    },
    examples: ["slipway ao release skills-registry --dry-run", "slipway ao release --tag next"],
    needsWorkspace: true,
    doing: "releasing",
    load: async () => (await import("./release.ts")).releaseProject,
  },
  {
    name: "ao withdraw",
    takes: "<version> | --dead [<project>] [options]",
    does: "deprecate a version, move its tags, publish the good content above it",
    options: {
      "<version>": "of every package of the release that has it",
      "--dead": "all versions that carry ids of processes which the target no longer has",
      "--package <name>": "of this package alone",
      "--to <version>": "what is good; without it the last one that is not deprecated",
      "--message <text>": "what npm tells those who install it",
      "--no-patch": "publish nothing: you release a mended version yourself",
      "--target <name>": "whose ids count; without it the target of release in ao.yml",
      "--dry-run": "tell what would be done",
      "--json": "one object: schema, isDryRun, versions with name, version, steps",
    },
    examples: [
      "slipway ao withdraw 1.3.0 skills-registry --dry-run",
      'slipway ao withdraw 1.3.0 --message "loses downloads: use 1.3.1"',
      "slipway ao withdraw --dead",
    ],
    needsWorkspace: true,
    doing: "withdrawing",
    load: async () => (await import("./withdraw.ts")).withdrawProject,
  },
];
