import type { Causes, Texts } from "../text.ts";

/** What goes wrong around the five kinds of work: options of executors and generators, the command line, Nx itself. */
export type WorkspaceFailure =
  | { readonly reason: "options-invalid"; readonly problems: readonly string[] }
  | { readonly reason: "generator-options-invalid"; readonly problems: readonly string[] }
  /** A generator writes into no folder that is there. */
  | { readonly reason: "folder-exists"; readonly folder: string }
  | { readonly reason: "name-taken"; readonly name: string; readonly taken: string }
  | { readonly reason: "folder-missing"; readonly folder: string }
  | { readonly reason: "ao-network-failed"; readonly detail: string }
  | { readonly reason: "arguments-invalid"; readonly problem: string }
  /** `nobody`: there is no terminal to ask on. */
  | { readonly reason: "not-confirmed"; readonly by: "answer" | "nobody" }
  | {
      readonly reason: "command-unknown";
      readonly words: string;
      readonly known: readonly string[];
      /** Those that it may have been meant to be. */
      readonly near: readonly string[];
    }
  | { readonly reason: "workspace-missing"; readonly folder: string }
  /** What the file system said, where nothing else was prepared for it. */
  | { readonly reason: "file-system-refused"; readonly error: string }
  | CommandFailure
  /** Nx would serve this target results of other inputs. */
  | { readonly reason: "own-fact-undeclared"; readonly target: string; readonly variable: string }
  /** `entry` is the folder of Nx's cache that it was served from. */
  | { readonly reason: "cached-result-differs"; readonly target: string; readonly entry: string }
  /** What a task works on is not what its plan says. */
  | { readonly reason: "inputs-changed"; readonly paths: readonly string[] }
  /** Every time that a task worked, something touched what it works on. */
  | { readonly reason: "inputs-keep-moving"; readonly paths: readonly string[] }
  | { readonly reason: "revision-unknown"; readonly revision: string; readonly output: string }
  | { readonly reason: "revisions-unrelated"; readonly base: string; readonly head: string }
  | {
      readonly reason: "revision-not-checked-out";
      readonly commit: string;
      readonly output: string;
    }
  | { readonly reason: "revision-packages-differ"; readonly commit: string }
  | { readonly reason: "revision-graph-failed"; readonly commit: string; readonly output: string }
  /** By a signal, before Nx could write down how each of its tasks ended. */
  | { readonly reason: "run-stopped" }
  | { readonly reason: "targets-unknown"; readonly targets: readonly string[] }
  | { readonly reason: "nx-failed"; readonly command: string; readonly exitCode: number };

/** Of a program that a target runs. `command` is as it is declared, `output` its last lines. */
type CommandFailure =
  | {
      readonly reason: "command-failed";
      readonly command: string;
      /** Exit code or signal. */
      readonly end: string;
      readonly output: string;
    }
  | {
      readonly reason: "command-timed-out";
      readonly command: string;
      readonly timeoutSeconds: number;
      readonly output: string;
    }
  | {
      readonly reason: "command-not-started";
      readonly command: string;
      readonly cwd: string;
      readonly code: string;
    }
  | { readonly reason: "command-stopped"; readonly command: string }
  | { readonly reason: "target-not-planned"; readonly target: string }
  | { readonly reason: "variables-differ"; readonly variables: readonly string[] }
  | {
      readonly reason: "outputs-missing";
      readonly command: string;
      readonly outputs: readonly string[];
    }
  | { readonly reason: "outputs-unsafe"; readonly outputs: readonly string[] }
  | { readonly reason: "output-odd"; readonly path: string; readonly kind: string };

export const workspaceTexts: Texts<WorkspaceFailure> = {
  "options-invalid": (failure) => ({
    what: "the options of this target are not what its executor takes",
    facts: Object.fromEntries(failure.problems.map((problem, at) => [`${at + 1}`, problem])),
    hint: "look at the schema: npx nx show target <project>:<target>",
  }),
  "generator-options-invalid": (failure) => ({
    what: "the options are not what this generator takes",
    facts: Object.fromEntries(failure.problems.map((problem, at) => [`${at + 1}`, problem])),
    hint: "npx nx generate <generator> --help lists them",
  }),
  "folder-exists": (failure) => ({
    what: `${failure.folder} is there already, and nothing was written`,
    facts: {},
    hint: "choose another name or directory, or remove the folder",
  }),
  "name-taken": (failure) => ({
    what: `there is a project ${failure.name} already, and nothing was written`,
    facts: { folder: failure.taken },
    hint: "choose another name: of two projects with one name Nx runs nothing",
  }),
  "folder-missing": (failure) => ({
    what: `there is no folder ${failure.folder}`,
    facts: {},
    hint: "name a folder of a workspace",
  }),
  "ao-network-failed": (failure) => ({
    what: "the local AO network is not served any more",
    facts: { detail: failure.detail },
    hint: "run npx nx run @slipway/ao-network:ao-net by itself to see why",
  }),
  "arguments-invalid": (failure) => ({
    what: "the command was not called as it can be",
    facts: { problem: failure.problem },
    hint: "the same command with --help says what it takes",
  }),
  "not-confirmed": ({ by }) => ({
    what: "it was not confirmed; nothing was changed",
    facts: {},
    ...(by === "nobody" ? { hint: "there is no terminal to ask on: add --yes" } : {}),
  }),
  "command-unknown": (failure) => ({
    what: `slipway has no command ${failure.words}`,
    facts:
      failure.near.length > 0
        ? { "did you mean": failure.near.join(", ") }
        : { commands: failure.known.join(", ") },
    hint: "slipway --help says what each does",
  }),
  "file-system-refused": (failure) => ({
    what: "the file system refused what this needs",
    facts: { error: failure.error },
    hint: "mend the rights of what it names, or make room on its disk, and run it again",
  }),
  "workspace-missing": (failure) => ({
    what: "there is no workspace here: no nx.json in this folder or above it",
    facts: { folder: failure.folder },
    hint: "run it in a folder of a workspace",
  }),
  "command-failed": (failure) => ({
    what: `the command ended with ${failure.end}`,
    facts: { command: failure.command, "last lines": failure.output },
  }),
  "command-timed-out": (failure) => ({
    what: `the command took longer than ${failure.timeoutSeconds} s and was ended`,
    facts: { command: failure.command, "last lines": failure.output },
    hint: "raise timeoutSeconds of the target, or find what it waits for",
  }),
  "command-not-started": (failure) => ({
    what: "the command could not be started",
    facts: { command: failure.command, folder: failure.cwd, error: failure.code },
    hint: "it sees PATH and no shell's aliases; a program of a package has to be installed",
  }),
  "command-stopped": (failure) => ({
    what: "the command was stopped by a signal",
    facts: { command: failure.command },
  }),
  "target-not-planned": (failure) => ({
    what: "nothing found out what this target depends on before it ran",
    facts: { target: failure.target },
    hint: 'add the tag "slipway" to the project; nx.json has to have "@slipway/executors/plugin" in "plugins"',
  }),
  "variables-differ": (failure) => ({
    what: "variables that this target declares are other for its task than when it was signed",
    facts: { variables: failure.variables.join(", ") },
    hint: "Nx reads a project's own .env for its tasks alone: set them in the workspace's .env, or before Nx starts",
  }),
  "own-fact-undeclared": (failure) => ({
    what: "this cached target does not declare the variable that tells Nx of all its inputs",
    facts: { target: failure.target },
    hint: `add { "env": "${failure.variable}" } to its "inputs"`,
  }),
  "outputs-unsafe": (failure) => ({
    what: "outputs are removed before a command runs, and these may not be: nothing was removed, nothing ran",
    facts: { outputs: failure.outputs.join(", ") },
    hint: "an output lies in the workspace and holds neither the project nor a file that the target reads",
  }),
  "outputs-missing": (failure) => ({
    what: "the command succeeded without making what its target declares as outputs",
    facts: { command: failure.command, "not made": listed(failure.outputs) },
    hint: "Nx would keep an empty result: make the outputs, or do not declare them",
  }),
  "output-odd": (failure) => ({
    what: `an output has a ${failure.kind}, which no cache can keep`,
    facts: { path: failure.path },
    hint: "remove it before the command ends, or make it elsewhere",
  }),
  "cached-result-differs": (failure) => ({
    what: "Nx served this target outputs that it did not make",
    facts: { target: failure.target, "cache entry": failure.entry },
    hint: `rm -r ${failure.entry}, and run the command again`,
  }),
  "inputs-changed": (failure) => ({
    what: "inputs of this target changed after the command had begun, so its result is not kept",
    facts: { changed: listed(failure.paths) },
    hint: "run the command again",
  }),
  "inputs-keep-moving": (failure) => ({
    what: "something touched the inputs of this target each time it ran, so its result is not kept",
    facts: { touched: listed(failure.paths) },
    hint: "stop what writes there; if the target itself does, declare that as an output, outside of its inputs",
  }),
  "revision-unknown": (failure) => ({
    what: `git knows no commit ${failure.revision}`,
    facts: { output: failure.output },
    hint: "name commits, branches or tags as base..head, base...head or base; a shallow clone has to fetch them first",
  }),
  "revisions-unrelated": (failure) => ({
    what: "the two commits have none in common",
    facts: { base: failure.base, head: failure.head },
    hint: "compare them as base..head; in a shallow clone fetch more of the history",
  }),
  "revision-not-checked-out": (failure) => ({
    what: "git could not check out a commit beside the working tree",
    facts: { commit: failure.commit, output: failure.output },
  }),
  "revision-packages-differ": (failure) => ({
    what: "the commit has another package-lock.json than the working tree, so its plugins cannot run on what is installed",
    facts: { commit: failure.commit },
    hint: "run npm ci and slipway signature --json in a checkout of each of the two, and compare what they say",
  }),
  "revision-graph-failed": (failure) => ({
    what: "Nx could not make the graph of a commit",
    facts: { commit: failure.commit, output: failure.output },
    hint: "npx nx show projects in a checkout of it says more",
  }),
  "targets-unknown": (failure) => ({
    what: "no project has any of these targets",
    facts: { targets: failure.targets.join(", ") },
    hint: "npx nx show project <name> lists the targets of a project; only projects with the tag slipway count",
  }),
  "run-stopped": () => ({
    what: "stopped by a signal",
    facts: {},
    hint: "run it again: what was done is not done again",
  }),
  "nx-failed": (failure) => ({
    what: "Nx ended with a failure before any target could say why",
    facts: { command: failure.command, "exit code": failure.exitCode },
    hint: "run the command by hand with NX_DAEMON=false and --verbose",
  }),
};

const mostListed = 10;

/** One a line. */
function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, mostListed);
  const more = paths.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

/** Why a row of the table says what it says, where the target itself had nothing to say. */
export type WorkspaceCause =
  | "command-ran"
  | "inputs-unchanged"
  | "upstream-same"
  | "no-cached-result"
  | "not-run"
  | "stopped";

export const workspaceCauses: Causes<WorkspaceCause> = {
  "inputs-unchanged": "same work signature",
  "upstream-same": "what it builds on ran again with the same result",
  "no-cached-result": "same work signature, and no result of it in the cache",
  "not-run": "a target that it needs failed",
  stopped: "stopped by a signal",
  "command-ran": "ran, and made its outputs",
};
