import { agentCommands } from "./agent/commands.ts";
import { aoCommands } from "./ao/commands.ts";
import { ciCommands } from "./ci/commands.ts";
import type { Command } from "./command.ts";
import { packageCommands } from "./pkg/commands.ts";

/** A command is its line here and a module with its `Runner`; what only one command needs is imported by that module. */
export const commands: readonly Command[] = [
  {
    name: "run",
    takes: "[-t <targets>] [-- <nx arguments>...]",
    does: "run the targets of all projects and print one table",
    options: {
      "-t, --targets <names>":
        "comma-separated targets; without it push, install, load, ao-verify, verify-boot, signature",
    },
    examples: [
      "slipway run",
      "slipway run -t image,load",
      "slipway run -t pack -- --skip-nx-cache",
    ],
    needsWorkspace: true,
    passesOn: true,
    load: async () => (await import("./run.ts")).runLine,
  },
  {
    name: "explain",
    takes: "<project:target> | --affected <base>[..<head>]",
    does: "say why a target will run, or what differs between commits",
    options: {
      "--affected <range>":
        "base..head, base...head (from where they parted), or base (to the working tree)",
      "--all": "name every file; without it more than twenty are told by folder",
      "--json":
        "one object: schema, target, verdict, cached, signature, causes; with --affected: schema, base, head, same, targets",
    },
    examples: [
      "slipway explain codex:image",
      "slipway explain --affected main...HEAD",
      "slipway explain codex:image --json | jq .causes",
    ],
    needsWorkspace: true,
    doing: "signing",
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "signature",
    takes: "[<project:target or job>... | <folder or cig.toml>]",
    does: "print work signatures of targets, or of a pipeline's jobs",
    options: {
      "--json": "one object, with whole digests",
      "--record": "take it that all jobs of the pipeline have succeeded as they are now",
    },
    examples: [
      "slipway signature",
      "slipway signature codex:image debian:image",
      "slipway signature examples/pipeline",
    ],
    doing: "signing",
    load: async () => (await import("./signature.ts")).signature,
  },
  {
    name: "signature verify",
    takes: "[--json]",
    does: "find everything anew and say where a cache lied",
    options: { "--json": "one object: schema, checks", "exit code 1": "a cache lied" },
    needsWorkspace: true,
    doing: "finding everything anew",
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "tree",
    takes: "[<folder>] [--json] [--no-cache]",
    does: "print the digest of a folder's files as they are now",
    options: {
      "--json": "one object: schema, folder, digest, sizeBytes, watcher, and what was looked at",
      "--no-cache": "read every file, ask no watcher and remember nothing",
      "<digest>/<size>":
        "what is printed: those of the Directory message of the Remote Execution API",
    },
    examples: ["slipway tree", "slipway tree examples --json"],
    doing: "looking at files",
    load: async () => (await import("./tree.ts")).tree,
  },
  {
    name: "watch",
    takes: "",
    does: "keep the tree current, so that commands answer sooner",
    load: async () => (await import("./watch.ts")).watch,
  },
  ...packageCommands,
  ...agentCommands,
  ...aoCommands,
  ...ciCommands,
  {
    name: "smoke keys init",
    takes: "[--json]",
    does: "make this machine's signing key, which is trusted here",
    needsWorkspace: true,
    load: async () => (await import("./signing-keys.ts")).initSigningKeys,
  },
  {
    name: "clean",
    takes: "",
    does: "remove this workspace's images, containers and own folders",
    needsWorkspace: true,
    load: async () => (await import("./clean.ts")).clean,
  },
];
