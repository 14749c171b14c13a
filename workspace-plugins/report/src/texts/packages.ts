import type {
  EntryDamage,
  EntryProblem,
  ManifestProblem,
  PackagesCause,
  PackagesFailure,
} from "@slipway/packages";
import type { Causes, Texts } from "../text.ts";
import {
  execTexts,
  lockedCauses,
  lockedTexts,
  remoteCauses,
  remoteTexts,
} from "./packages-remote.ts";
import { scanTexts } from "./packages-scan.ts";

export const packagesTexts: Texts<PackagesFailure> = {
  ...execTexts,
  ...remoteTexts,
  ...lockedTexts,
  ...scanTexts,
  "package-file-invalid": (f) => {
    const [first] = f.problems;
    return {
      what: `${f.file} cannot be used`,
      facts: Object.fromEntries(
        f.problems.map((problem) => [`${problem.line}:${problem.column}`, problem.message]),
      ),
      hint: f.file.endsWith(".lock")
        ? "mend it, or lock the package again with slipway pkg add"
        : "mend these places",
      ...(first === undefined ? {} : { at: first.at }),
    };
  },
  "package-file-missing": (f) => ({
    what: "a file that this needs is not there",
    facts: { file: f.file },
    hint: f.file.endsWith("receipt.json")
      ? "run the pack target first"
      : "slipway pkg add <reference> makes a lock, slipway pkg init a package",
  }),
  "package-file-unreadable": (f) => ({
    what: "a file that this needs cannot be read",
    facts: { file: f.file, error: f.error },
    hint: "see what is there, and mend its rights",
  }),
  "packed-files-ignored": (failure) => ({
    what: "the package would hold files that git ignores",
    facts: { manifest: failure.file, files: failure.ignored.join(", ") },
    hint: "no work signature covers them: commit them, or leave them out by files.exclude or .aigogoignore",
  }),
  "package-empty": (f) => ({
    what: "the package would hold no files",
    facts: { manifest: f.file },
    hint: 'set files.include to patterns or to "auto", and look at .aigogoignore',
  }),
  "script-not-packed": (f) => ({
    what: "a script of the package is not among its files",
    facts: { manifest: f.file, script: f.script, file: f.path },
    hint: "add the file to files.include",
  }),
  "source-escapes": (f) => ({
    what: "a file of the package is a link that leads out of the project",
    facts: { file: f.path, "leads to": f.target },
    hint: "put a copy in the project, or leave the link out by .aigogoignore",
  }),
  "output-escapes": (f) => ({
    what: "what is packed would be written out of the project, through a link",
    facts: { link: f.folder, "leads to": f.target },
    hint: "remove the link; packing makes a folder there",
  }),
  "source-unusable": (f) => ({
    what: "a file cannot be part of a package",
    facts: { file: f.path, problem: entryProblems[f.problem] },
    hint: "rename it, or leave it out by .aigogoignore",
  }),
  "source-changed": (f) => ({
    what: "a file was changed while it was packed; nothing was packed",
    facts: { file: f.path },
    hint: "run it again when nothing writes to the package",
  }),
  "pack-damaged": (f) => ({
    what: "what was packed is not what its receipt says; nothing was sent",
    facts: { file: f.file, expected: f.expected, actual: f.actual },
    hint: "npx nx reset --onlyCache, and run again: a damaged cache entry is made anew",
  }),
  "push-unconfirmed": (f) => ({
    what: "the registry took the package and then gave another",
    facts: { reference: f.reference, expected: f.expected, actual: f.actual },
    hint: "somebody may have pushed the same version at once; run it again",
  }),
  "policy-without-rule": (f) => ({
    what: "the policy has no rule for a locked package",
    facts: { package: f.key, policy: f.policyFile },
    hint: 'add a rule that has it; one with "packages": ["*"] at the end has all others',
  }),
  "source-not-allowed": (f) => ({
    what: "a locked package comes from where the policy lets none come from",
    facts: {
      package: f.key,
      source: f.source,
      allowed: f.allowed.join(", "),
      policy: f.policyFile,
    },
    hint: "lock it from there, or allow its source in the policy",
  }),
  "package-unsigned": (f) => ({
    what: "nobody whom the policy trusts has signed a locked package; nothing was linked",
    facts: {
      package: f.key,
      source: f.source,
      policy: f.policyFile,
      ...Object.fromEntries(
        f.objections.map(({ signer, problem }, at) => [
          `signature ${at + 1}`,
          signer === undefined ? problem : `${problem}: ${signer}`,
        ]),
      ),
    },
    hint: "its publisher signs it with slipway pkg push --sign; their key is trusted by its entry in trust/signers.json beside the policy, as slipway pkg keys init wrote it on their machine",
  }),
  "package-missing": (f) => ({
    what: "the registry does not have the package",
    facts: {
      reference: f.reference,
      ...(f.immutable === undefined ? {} : { "nor its content": f.immutable }),
    },
    hint: hasVersion(f.reference)
      ? "check the name and the version: push it, or take another one"
      : "without a tag it is :latest that is asked for; name a version",
  }),
  "layer-refused": (f) => ({
    what: "the package holds something that is not allowed; nothing of it was kept",
    facts: {
      reference: f.reference,
      entry: f.entry,
      problem: entryProblems[f.problem],
      ...(f.most === undefined ? {} : { "at most": f.most }),
    },
    hint: "do not use it; if it is your own, pack it again",
  }),
  "manifest-refused": (f) => ({
    what: "what the registry has there is not an agent package",
    facts: { reference: f.reference, problem: manifestProblems[f.problem] },
    hint: "check the reference",
  }),
  "integrity-mismatch": (f) => ({
    what: "the registry has other content than the lock; nothing was linked",
    facts: {
      lock: f.lockFile,
      package: f.key,
      source: f.source,
      locked: f.expected,
      found: f.actual,
    },
    hint: `if the change is wanted: slipway pkg add ${f.source}`,
  }),
  "package-names-clash": (f) => ({
    what: "two locked packages have names that differ in upper and lower case alone",
    facts: { lock: f.lockFile, packages: f.keys.join(", ") },
    hint: "not every machine can hold both; take one of them out of the lock",
  }),
  "links-folder-odd": (f) => ({
    what: "what is linked cannot be kept where something else than a folder is",
    facts: { there: f.folder },
    hint: "see where it leads and remove it; install makes a folder there",
  }),
  "package-not-installed": (f) => ({
    what:
      f.state === "missing"
        ? "a locked package is not on this machine"
        : "a locked package is not what it was in the store of this machine",
    facts: { lock: f.lockFile, package: f.key },
    hint: "run the install target; it fetches what is not right",
  }),
  "source-local": (f) => ({
    what: "a locked package is a build of one machine, and no registry has it",
    facts: { lock: f.lockFile, package: f.key, source: f.source },
    hint: `where the build is: slipway pkg add ${f.source}; for all: push it, and lock what was pushed`,
  }),
  "files-not-as-locked": (f) => ({
    what: "the package has other files than the lock lists; nothing was linked",
    facts: {
      lock: f.lockFile,
      package: f.key,
      source: f.source,
      missing: f.missing.join(", "),
      "not locked": f.extra.join(", "),
    },
    hint: `do not use it; if the lock is wrong: slipway pkg add ${f.source}`,
  }),
  "packages-not-in-store": (f) => ({
    what: "packages would have to be fetched, which --offline does not let",
    facts: {
      lock: f.lockFile,
      ...Object.fromEntries(f.packages.map(({ key, state }) => [key, `${state} in the store`])),
    },
    hint: "run slipway pkg install with a network once",
  }),
  "lock-incomplete": (f) => ({
    what: "the lock is not complete",
    facts: {
      lock: f.lockFile,
      ...Object.fromEntries(f.entries.map(({ key, problem }) => [key, lockProblems[problem]])),
    },
    hint: "lock these packages again with slipway pkg add",
  }),
  "store-damaged": (f) => ({
    what: "entries of the store are not what they were",
    facts: {
      store: f.folder,
      ...Object.fromEntries(f.entries.map(({ name, damage }) => [name, damageWords(damage)])),
    },
    hint: damageHint(f.builds),
  }),
  "project-missing": (f) => ({
    what: "not an aigogo project (no .aigogo/ directory or aigogo.lock found)",
    facts: { folder: f.folder },
    hint: "go to the folder that has the lock",
  }),
  "folder-not-writable": (f) => ({
    what: "what is installed cannot be written",
    facts: { folder: f.folder, error: f.error },
    hint: "mend the rights of the folder, or make room on its disk",
  }),
  "store-busy": (f) => ({
    what: "another run holds an entry of the store for too long",
    facts: { entry: f.folder, "waited for": `${Math.round(f.waitedMs / 1000)} s` },
    hint: "see what that run waits for, and run this again",
  }),
  "packages-stopped": () => ({ what: "stopped before it was done", facts: {} }),
  "dependency-unreadable": (f) => ({
    what: `a dependency cannot be written for ${ecosystems[f.ecosystem]}`,
    facts: { dependency: f.name, version: f.constraint, "wanted by": f.wantedBy },
    hint:
      f.ecosystem === "python"
        ? "write the version as PEP 440 has it, such as >=1.2,<2"
        : "write the version as npm has it, such as ^1.2.0",
  }),
  "dependencies-conflict": (f) => ({
    what: `no version of ${f.name} is what all packages want`,
    facts: Object.fromEntries(f.wanted.map((one) => [one.wantedBy, one.constraint])),
    hint: "lock versions of the packages that go together",
  }),
  "format-unknown": (f) => ({
    what: `unsupported format: ${f.format}`,
    facts: { "supported formats": f.known.join(", ") },
    hint: "give one of these as --format",
  }),
  "format-of-other-language": (f) => ({
    what: `${f.format} is no format of a ${f.language} package`,
    facts: { manifest: f.file },
    hint: "Python packages have pyproject, poetry and requirements; JavaScript packages npm and yarn",
  }),
  "manifest-missing": (f) => ({
    what: "failed to find aigogo.json",
    facts: { "looked for from": f.folder },
    hint: "run slipway pkg init first",
  }),
  "manifest-exists": (f) => ({
    what: "there is an aigogo.json already",
    facts: { file: f.file },
    hint: "add --force to begin anew",
  }),
  "include-is-auto": (f) => ({
    what: "files.include is set to 'auto', so files are found by their language",
    facts: { manifest: f.file },
    hint: "make files.include a list first",
  }),
  "include-absent": (f) => ({
    what: `file does not exist: ${f.path}`,
    facts: {},
    hint: "names count from the folder that you stand in",
  }),
  "include-matches-nothing": (f) => ({
    what: `glob pattern '${f.pattern}' matches no files`,
    facts: {},
    hint: "patterns count from the folder that you stand in",
  }),
  "include-outside": (f) => ({
    what: "a package has no files outside of its folder",
    facts: { file: f.path, folder: f.folder },
    hint: "put a copy in the folder",
  }),
  "files-not-listed": (f) => ({
    what:
      f.listed.length === 0
        ? "no files in include list"
        : "no matching files found in include list",
    facts: { manifest: f.file, asked: f.words.join(", "), listed: f.listed.join(", ") },
  }),
  "dependency-declared": (f) => ({
    what: `package '${f.name}' is already declared as a ${dependencyKinds[f.kind]} dependency with version '${f.version}'`,
    facts: {},
    hint: `slipway pkg rm ${f.kind === "dev" ? "dev" : "dep"} ${f.name} takes it out`,
  }),
  "dependency-not-declared": (f) => ({
    what:
      f.known.length === 0
        ? `no ${dependencyKinds[f.kind]} dependencies found in aigogo.json`
        : `package '${f.name}' not found in ${dependencyKinds[f.kind]} dependencies`,
    facts: { manifest: f.file, declared: f.known.join(", ") },
  }),
  "pyproject-missing": (f) => ({
    what: "there is no pyproject.toml beside the manifest",
    facts: { file: f.file },
  }),
  "pyproject-of-other-language": (f) => ({
    what: `--from-pyproject is only supported for Python projects (current language: ${f.language})`,
    facts: { manifest: f.file },
  }),
  "pyproject-invalid": (f) => ({
    what: "pyproject.toml cannot be used",
    facts: { file: f.line === undefined ? f.file : `${f.file}:${f.line}`, problem: f.problem },
  }),
  "pyproject-without-dependencies": (f) => ({
    what: "pyproject.toml says nothing of dependencies",
    facts: { file: f.file },
    hint: "they stand in [project], [dependency-groups] or [tool.poetry]",
  }),
  "version-not-counted": (f) => ({
    what: "the version has no next one: it is not three numbers",
    facts: { manifest: f.file, version: f.version },
    hint: "give a reference, as in slipway pkg build name:tag, or mend the version",
  }),
  "build-exists": (f) => ({
    what: `package already exists in cache: ${f.reference}`,
    facts: {},
    hint: "use --force to rebuild",
  }),
  "cache-reference-invalid": (f) => ({
    what: "this names no package of the cache",
    facts: { reference: JSON.stringify(f.text) },
    hint: "write it as name:version, or as host/path/name:tag",
  }),
  "cache-place-taken": (f) => ({
    what: "another package lies where this one would have its place in the cache",
    facts: { reference: f.reference, there: f.takenBy, folder: f.folder },
    hint: `slipway pkg remove ${f.takenBy}, or take another name`,
  }),
  "cache-entry-damaged": (f) => ({
    what: "what the cache has of this package is not whole",
    facts: { reference: f.reference, folder: f.folder },
    hint: `slipway pkg remove ${f.reference}, then build or pull it again`,
  }),
  "cache-entry-missing": (f) => ({
    what: `image not found: ${f.reference}`,
    facts: {},
    hint: "slipway pkg list says what the cache holds",
  }),
  "build-stopped": (f) => ({
    what: `the build of ${f.reference} was stopped; nothing has changed`,
    facts: {},
  }),
  "clean-stopped": (f) => ({
    what: "it was stopped before all was removed; what is left is whole",
    facts: { folder: f.folder },
  }),
  "build-missing": (f) => ({
    what: `local build not found: ${f.reference}`,
    facts: {},
    hint: `build it first: slipway pkg build ${f.reference}`,
  }),
  "lock-entry-is-cache": (f) => ({
    what: "a lock entry names aigg's cache files and not a package",
    facts: { lock: f.lockFile, package: f.key },
    hint: "aigg writes this when it adds a package that it had pulled before; use slipway pkg add",
  }),
};

export const packagesCauses: Causes<PackagesCause> = {
  ...remoteCauses,
  ...lockedCauses,
  packed: "packed from its files",
  "version-new": "the registry had no such version",
  "signature-new": "nobody had signed it with this key",
  "version-moved": "the version had other content",
  "registry-agrees": "the registry has this content",
  "first-install": "nothing had been installed",
  "store-entry-missing": "the store had no entry",
  "store-entry-damaged": "a store entry was damaged",
  "links-missing": "links were missing",
  "links-changed": "the lock has changed",
  "project-agrees": "store and links are right",
  planned: "this would be done; nothing was changed",
  "nothing-linked": "nothing to uninstall",
  "unlinked-project": "uninstalled; the lock and the store stay",
  verified: "every entry is what it was",
  repaired: "what was wrong has been fetched again",
  collected: "removed what no lock uses",
  "nothing-to-collect": "nothing in the store is without use",
  "lock-changed": "locked",
  "lock-agrees": "locked already",
  "package-begun": "initialized aigogo package; slipway pkg add file puts files into it",
  "files-listed": "added to the include list",
  "no-new-files": "no new files to add",
  "files-unlisted": "removed from the include list",
  "dependency-added": "dependency added",
  "dependency-removed": "dependency removed",
  "dependencies-imported": "dependencies added",
  "dependencies-known": "no dependency that is not declared",
  "package-built": "built into the cache; slipway pkg push sends it",
  "cached-removed": "removed from the cache",
  cleaned: "cleaned",
  "would-clean": "this would go",
  "nothing-to-clean": "there is nothing to clean",
  "disk-usage": "disk usage",
};

function hasVersion(reference: string): boolean {
  return /[:@]/.test(reference.slice(reference.lastIndexOf("/") + 1));
}

const entryProblems: Readonly<Record<EntryProblem, string>> = {
  absolute: "an absolute path",
  traversal: "a path with ..",
  "control-character": "a name with control characters",
  backslash: "a name with a backslash",
  "empty-segment": "a path that is not clean",
  "too-long": "a path of more than 1024 bytes, or a name of more than 255",
  "not-a-file": "not a regular file",
  duplicate: "a name that comes twice",
  "file-and-folder": "a file and a folder of one name",
  "too-many": "too many entries",
  "too-large": "too large when it is unpacked",
  "too-dense": "too many times larger when it is unpacked",
  "not-a-tar": "not a tar, or not a whole one",
};

const manifestProblems: Readonly<Record<ManifestProblem, string>> = {
  "not-an-image-manifest": "its manifest is not an image manifest",
  "layer-missing": "the registry lacks its layer",
  "no-package-in-index": "its index lists no image that is a package",
  "layer-too-large": "its layer is larger than 8 GiB",
  "package-manifest-invalid": "its aigogo.json cannot be read",
  "name-unusable": "its name cannot be imported",
  "content-ambiguous":
    "a file has the name of another between NUL bytes: no lock could tell them apart",
};

const dependencyKinds = { runtime: "runtime", dev: "development" } as const;
/** What has no registry is put into the store again from the build, or from a new one. */
function damageHint([build, ...more]: readonly string[]): string {
  if (build === undefined) {
    return "slipway pkg install mends those of its lock; slipway pkg verify --repair does too";
  }
  const others = more.length === 0 ? "" : `, and so for ${more.join(", ")}`;
  return `slipway pkg add ${build} takes the build of this machine again${others}; if it is gone: slipway pkg build ${build}`;
}

function damageWords(damage: EntryDamage): string {
  switch (damage.kind) {
    case "missing":
      return "not there";
    case "unreadable":
      return `cannot be read: ${damage.error}`;
    case "odd-file":
      return `holds what no package has: ${damage.path}`;
    case "other-files":
      return [
        ...(damage.missing.length === 0 ? [] : [`lacks ${damage.missing.join(", ")}`]),
        ...(damage.extra.length === 0 ? [] : [`has ${damage.extra.join(", ")} too`]),
      ].join("; ");
    case "other-bytes":
      return "a file, or aigogo.json beside them, has other bytes";
  }
}

const lockProblems = {
  "no-files": "its files are not listed",
  "no-registry": "its source is a build of another machine",
} as const;

const ecosystems = { python: "Python", npm: "npm" } as const;
