import type {
  ExecFailure,
  LockedCause,
  LockedFailure,
  RemoteCause,
  RemoteFailure,
} from "@slipway/packages";
import type { Causes, Texts } from "../text.ts";

export const remoteTexts: Texts<RemoteFailure> = {
  "tag-not-expected": (f) => ({
    what: "all tags of a repository were asked for, and then one of them",
    facts: { reference: f.reference },
    hint: "name the repository without a tag, or leave --all out",
  }),
  "digest-not-expected": (f) => ({
    what: "a push goes to a tag, not to a digest",
    facts: { reference: f.reference },
  }),
  "tag-taken": (f) => ({
    what: "the tag names something else already; nothing was pushed",
    facts: { reference: f.reference, "would be": f.expected, is: f.found },
    hint: "push another version, or move the tag with --force",
  }),
  "version-shared": (f) => ({
    what: `another package of this workspace is ${f.reference} too; nothing was pushed`,
    facts: { in: f.rivals.join(", ") },
    hint: "give one of them another name or version in its aigogo.json",
  }),
  "deletion-unsupported": (f) => ({
    what: "the registry does not support deletion",
    facts: { registry: f.registry, status: f.status },
    hint: "whoever runs it has to allow it in its configuration; some have a page for it instead",
  }),
};

export const lockedTexts: Texts<LockedFailure> = {
  "lock-key-unknown": (f) => ({
    what: `the lock has no package ${f.key}`,
    facts: { lock: f.lockFile, "did you mean": f.near.join(", ") },
    hint: "slipway pkg install --dry-run lists what is locked",
  }),
  "update-is-other": (f) => ({
    what: "the newer version is another package; the lock was not changed",
    facts: { package: f.key, source: f.source, found: `${f.found} (${f.language})` },
    hint: "see who pushed it; if it is right, remove this one and add that one",
  }),
};

export const remoteCauses: Causes<RemoteCause> = {
  "tags-deleted": "deleted from the registry",
  pulled: "pulled into the cache",
  "tags-gone": "the registry had lost them already",
};

export const lockedCauses: Causes<LockedCause> = {
  updated: "locked anew; slipway pkg install links it",
  "updates-planned": "what would be locked",
  "up-to-date": "there is nothing newer",
  unlocked: "taken out of the lock; slipway pkg install takes its links away",
};

export const execTexts: Texts<ExecFailure> = {
  "script-unknown": (f) => ({
    what: `${f.key} has no script of that name`,
    facts: { scripts: f.scripts.length === 0 ? "none" : f.scripts.join(", ") },
    hint:
      f.scripts.length === 0
        ? 'its author declares them in aigogo.json: "scripts": { "<name>": "<file>" }'
        : `slipway pkg exec ${f.key} <script>`,
  }),
  "script-outside": (f) => ({
    what: "a script is not among the files of its package; nothing was run",
    facts: { package: f.key, script: f.script, file: f.path },
    hint: "do not use the package; if it is your own, add the file to files.include",
  }),
  "script-not-runnable": (f) => ({
    what: "scripts of this language cannot be run",
    facts: { package: f.key, language: f.language },
    hint: "only python and javascript packages have scripts that can",
  }),
  "runtime-missing": (f) => ({
    what: `there is no ${runtimes[f.language] ?? f.language} that the package can be run with`,
    facts: {
      package: f.key,
      wants: f.wanted === "" ? "any version" : f.wanted,
      found: f.found.length === 0 ? "none" : f.found.join("\n"),
    },
    hint: "install one, or activate an environment that has one",
  }),
  "environment-missing": (f) => ({
    what: "the dependencies of the package are not installed, and offline they cannot be",
    facts: { package: f.key },
    hint: "run it once without --offline",
  }),
  "environment-failed": (f) => ({
    what: "the dependencies of the package could not be installed; its script was not run",
    facts: { package: f.key, command: f.command, output: f.output },
    hint: "what has to be built on this machine is let by --allow-builds",
  }),
  "environment-stopped": (f) => ({
    what: "stopped before the script was run",
    facts: { package: f.key },
  }),
};

const runtimes: Readonly<Record<string, string>> = { python: "Python", javascript: "Node" };
