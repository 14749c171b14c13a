import type { Difference, EnvState, SignatureCause, SignatureFailure } from "@slipway/signature";
import type { Causes, Texts } from "../text.ts";

export const signatureTexts: Texts<SignatureFailure> = {
  "git-failed": (failure) => ({
    what: "git could not list the files of the workspace",
    facts: {
      folder: failure.folder,
      "exit code": failure.exitCode ?? "none",
      output: failure.output,
    },
    hint: `run git ls-files in ${failure.folder} and do what it says`,
  }),
  "folder-missing": (failure) => ({
    what: "there is no such folder",
    facts: { folder: failure.folder },
    hint: "name one from where you are; without a name it is the folder that you are in",
  }),
  "path-not-utf8": (failure) => ({
    what: "the name of a file, or the target of a symlink, is not UTF-8",
    facts: { folder: failure.folder, path: failure.path },
    hint: "rename it, or let git ignore it",
  }),
  "patterns-unmatched": (failure) => ({
    what: "patterns for files match none",
    facts: { patterns: failure.patterns.join("\n") },
    hint: "correct them or take them out: what matches nothing would change no work signature",
  }),
  "pattern-too-large": (failure) => ({
    what: "a pattern for files is too large",
    facts: { pattern: failure.pattern.slice(0, 200) },
    hint: "write several patterns: one has at most 4096 characters, 1000 ways to take its braces, and 20 brackets within each other",
  }),
  "file-unreadable": (failure) => ({
    what: "a file that was listed a moment ago cannot be read",
    facts: { path: failure.path, code: failure.code },
    hint: "let whatever changes the workspace finish, look at the file's permissions, and run again",
  }),
  "file-keeps-changing": (failure) => ({
    what: "a file changed each time it was read",
    facts: { path: failure.path },
    hint: "stop what writes it, or let git ignore it",
  }),
  "watch-taken": (failure) => ({
    what: "another process watches this folder already",
    facts: { folder: failure.folder },
    hint: "let it: commands ask it by themselves",
  }),
  "watch-unsupported": (failure) => ({
    what: "changes of this folder can be missed, so it is not watched",
    facts: { folder: failure.folder, system: failure.system },
    hint: "every command looks for itself; a local file system on Linux can be watched",
  }),
  "npm-lock-invalid": (failure) => ({
    what: `${failure.file} is no lock of npm`,
    facts: numbered(failure.problems),
    hint: "npm install writes it anew",
  }),
  "target-malformed": (failure) => ({
    what: `the ${failure.field} of a target cannot be what Nx takes`,
    facts: { target: failure.target, [failure.field]: failure.found },
    hint: "correct it in project.json: executor is a text; inputs, outputs and dependsOn are lists",
  }),
  "input-unsupported": (failure) => ({
    what: "a target declares an input that no signature can hold",
    facts: { target: failure.target, input: failure.input },
    hint: "declare filesets, json, env, runtime and externalDependencies; metadata.slipway has a list secrets",
  }),
  "named-input-unknown": (failure) => ({
    what: `a target declares the named input ${failure.name}, which there is not`,
    facts: { target: failure.target, "there are": failure.known.join(", ") },
    hint: "named inputs are in nx.json and in project.json; a path begins with {projectRoot} or {workspaceRoot}",
  }),
  "named-input-cycle": (failure) => ({
    what: "named inputs name each other in a circle",
    facts: { target: failure.target, path: failure.path.join(" → ") },
    hint: "take one of these out of namedInputs",
  }),
  "probe-failed": (failure) => ({
    what: "a command that is to tell a version failed",
    facts: {
      command: failure.command,
      "exit code": failure.exitCode ?? "none",
      output: failure.output,
    },
    hint: "run it at the root of the workspace with only PATH and HOME set, or take it out of the inputs",
  }),
  "probe-timed-out": (failure) => ({
    what: `a command that is to tell a version did not end within ${failure.limitMs / 1000} s`,
    facts: { command: failure.command, output: failure.output },
    hint: "a probe only prints a version; take it out of the inputs if it does more",
  }),
  "upstream-cycle": (failure) => ({
    what: "targets depend on each other in a circle",
    facts: { path: failure.path.join(" → ") },
    hint: "take one of these out of dependsOn",
  }),
  "upstream-unknown": (failure) => ({
    what: "a target depends on one that has no definition",
    facts: { target: failure.target, upstream: failure.upstream },
    hint: "look at its dependsOn: npx nx show target <project>:<target>",
  }),
  "upstream-not-signed": (failure) => ({
    what: "a target builds on one that has no work signature",
    facts: {
      target: failure.target,
      "builds on": failure.upstream,
      "not signed": `${failure.root} (${failure.rootReason})`,
    },
    hint: `npx slipway explain ${failure.root} says why`,
  }),
  "tool-not-locked": (failure) => ({
    what: "a target names an npm package that package-lock.json does not have",
    facts: { target: failure.target, package: failure.tool },
    hint: "npm install it, or take it out of externalDependencies",
  }),
  "target-not-signed": (failure) => ({
    what: `there is no target ${failure.target} with a work signature`,
    facts: failure.near.length === 0 ? {} : { "did you mean": failure.near.join(", ") },
    hint: 'name it <project>:<target>, of a project with the tag "slipway" (npx nx show project <project>); continuous targets have none; of jobs, ask slipway signature <folder of their cig.toml>',
  }),
  "graph-failed": (failure) => ({
    what: "Nx could not make the graph of this workspace",
    facts: numbered(failure.problems),
    hint: "npx nx show projects says the same; correct the file and ask again",
  }),
  "signatures-not-found": (failure) => ({
    what: "no signatures were found out before the tasks of this command",
    facts: { target: failure.target },
    hint: 'nx.json has to have the plugin "@slipway/executors/plugin", which does it',
  }),
  "signatures-overtaken": (failure) => ({
    what: "another command found other signatures while this one ran",
    facts: { target: failure.target },
    hint: "let it finish, and run again",
  }),
  "record-invalid": (failure) => ({
    what: "the record of a target's last run is damaged",
    facts: { file: failure.file, ...numbered(failure.problems) },
    hint: "delete the file; the next run writes it anew",
  }),
};

export const signatureCauses: Causes<SignatureCause> = {
  "signatures-first-written": "there was no file of signatures",
  "signatures-changed": "signatures changed",
  "signatures-current": "every signature is as the file has it",
};

/** Why a signature is another, one line a difference. */
const differenceTexts: {
  readonly [Kind in Difference["kind"]]: (
    difference: Extract<Difference, { readonly kind: Kind }>,
  ) => string;
} = {
  "first-run": () => "no run is on record",
  "file-added": ({ path }) => `${path} is new`,
  "file-removed": ({ path }) => `${path} is gone`,
  "file-changed": ({ path, isExecutable }) =>
    `${path} has other content${isExecutable === undefined ? "" : ` and ${modeText(isExecutable)}`}`,
  "executor-source-changed": ({ path }) => `the executor's own code is another: ${path}`,
  "mode-changed": ({ path, isExecutable }) => `${path} ${modeText(isExecutable)}`,
  "symlink-changed": ({ path, before, after }) =>
    `${path} was ${linkText(before)} and is ${linkText(after)}`,
  "option-changed": ({ name, change }) => `option ${name} ${changeTexts[change]}`,
  "env-changed": ({ name, before, after, values }) => {
    const [was, is] = [variableText(before, values?.before), variableText(after, values?.after)];
    return was === is ? `${name} has another value` : `${name} was ${was} and is ${is}`;
  },
  "tool-changed": ({ name, before, after }) => `${name}: ${before ?? "none"} → ${after ?? "none"}`,
  "upstream-changed": ({ id, before, after }) => {
    if (before === undefined) return `it builds on ${id} now`;
    return after === undefined ? `it no longer builds on ${id}` : `${id} changed`;
  },
  "output-changed": ({ path, change }) => `output ${path} ${changeTexts[change]}`,
  "executor-changed": ({ before, after }) => `executor: ${before ?? "none"} → ${after ?? "none"}`,
  "project-root-changed": ({ before, after }) =>
    `the project lay in ${before ?? "none"} and lies in ${after ?? "none"}`,
  "salt-changed": () => "SLIPWAY_SALT is another",
  "caching-changed": ({ isCached }) => (isCached ? "it is cached now" : "it is no longer cached"),
};

const changeTexts = { added: "is new", removed: "is gone", changed: "is another" } as const;

export function describeDifference(difference: Difference): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table has the entry of each kind by type; TypeScript cannot relate the two
  const describe = differenceTexts[difference.kind] as (of: Difference) => string;
  return describe(difference);
}

function modeText(isExecutable: boolean): string {
  return isExecutable ? "is executable now" : "is no longer executable";
}

const longestValue = 60;

/** A value is shown as JSON, cut where it is long. */
function variableText(state: EnvState, value: string | undefined): string {
  if (value === undefined) return state;
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function linkText(target: string | undefined): string {
  return target === undefined ? "a file" : `a symlink to ${target}`;
}

function numbered(problems: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(problems.map((problem, at) => [`${at + 1}`, problem]));
}
