import type { Runner } from "./call.ts";

/** One command of the line. Nothing of it is loaded until it is the one that was asked for. */
export type Command = {
  /** The words that call it. */
  readonly name: string;
  /** What comes after them, for people. */
  readonly takes: string;
  readonly does: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly load: () => Promise<Runner>;
};

/** A command is its line here and a module with its `Runner`; what only one command needs is imported by that module. */
export const commands: readonly Command[] = [
  {
    name: "run",
    takes: "[-t <targets>] [-- <nx arguments>...]",
    does: "run the whole line of the workspace's projects and print one table",
    options: { "-t, --targets <names>": "comma-separated targets" },
    load: async () => (await import("./run.ts")).runLine,
  },
  {
    name: "explain",
    takes: "<project:target> | --affected <base>[..<head>]",
    does: "say why a target will run, or why not; or which differ between two commits",
    options: {
      "--json": "one object: schema, target, verdict, cached, signature, causes",
      "--affected <range>":
        "base..head, base...head (from where they parted) or base (to the working tree): what differs, and why",
      "--all": "name every file; without it more than twenty are told by folder",
    },
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "signature",
    takes: "[<folder or cig.toml> | <project:target>...]",
    does: "the work signatures of targets, or of the jobs of a pipeline and which are not as at their last success",
    options: {
      "--json": "all of it for machines",
      "--record": "take it that all jobs have succeeded as they are now",
    },
    load: async () => (await import("./signature.ts")).signature,
  },
  {
    name: "signature verify",
    takes: "[--json]",
    does: "find everything anew, without any cache, and say where a cache lied: then the code is 1",
    options: { "--json": "one object: schema, checks" },
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "tree",
    takes: "[<folder>] [--json] [--no-cache]",
    does: "the digest of the files of a folder as they are now",
    options: {
      "--json": "all of it for machines",
      "--no-cache": "read every file, ask no watcher and remember nothing",
    },
    load: async () => (await import("./tree.ts")).tree,
  },
  {
    name: "watch",
    takes: "",
    does: "keep the tree of the workspace current, so that commands need not look for themselves",
    load: async () => (await import("./watch.ts")).watch,
  },
  {
    name: "pkg add",
    takes: "<host[:port]/repository[:tag]>",
    does: "lock what a reference names now",
    load: async () => (await import("./packages.ts")).addPackage,
  },
  {
    name: "pkg show-deps",
    takes: "<aigogo.json, aigogo.lock or folder> [--format <name>]",
    does: "the dependencies of a package, or of all packages of a lock, for another package manager",
    options: {
      "--format <name>": "text, pyproject, poetry, requirements, npm or yarn; text without it",
    },
    load: async () => (await import("./show-dependencies.ts")).printDependencies,
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
    load: async () => (await import("./registry-login.ts")).loginRegistry,
  },
  {
    name: "pkg logout",
    takes: "<registry>",
    does: "forget the user and password of a registry",
    load: async () => (await import("./registry-login.ts")).logoutRegistry,
  },
  {
    name: "smoke keys init",
    takes: "",
    does: "make this machine's signing key and let this workspace trust it",
    load: async () => (await import("./smoke-keys.ts")).initSmokeKeys,
  },
  {
    name: "clean",
    takes: "",
    does: "remove what this workspace made: labelled images and containers, its own folders",
    load: async () => (await import("./clean.ts")).clean,
  },
];

/** The command whose name the words begin with, the longest such name, and what follows it. */
export function findCommand(
  words: readonly string[],
  known: readonly Command[] = commands,
): { readonly command: Command; readonly args: readonly string[] } | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const name = words.slice(0, length).join(" ");
    const command = known.find((one) => one.name === name);
    if (command !== undefined) return { command, args: words.slice(length) };
  }
  return undefined;
}
