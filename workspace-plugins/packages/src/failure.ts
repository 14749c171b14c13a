import type { Digest, Place } from "@slipway/signature";
import type { ScanFailure } from "./scan/failure.ts";
import type { ExecFailure } from "./exec/failure.ts";
import type { LockedCause, LockedFailure } from "./locked/failure.ts";
import type { RemoteCause, RemoteFailure } from "./remote/failure.ts";

/** One thing wrong in an `aigogo.json` or an `aigogo.lock`; lines and columns count from 1. */
export type FileProblem = {
  readonly message: string;
  readonly at: Place;
  readonly line: number;
  readonly column: number;
};

/** What of an entry of the store is not as it was made; the first thing that is found. */
export type EntryDamage =
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly error: string }
  /** Neither a file nor a folder: we never wrote one. */
  | { readonly kind: "odd-file"; readonly path: string }
  | {
      readonly kind: "other-files";
      readonly missing: readonly string[];
      readonly extra: readonly string[];
    }
  | { readonly kind: "other-bytes" };

export type EntryProblem =
  | "absolute"
  | "traversal"
  | "control-character"
  | "backslash"
  | "empty-segment"
  | "too-long"
  | "not-a-file"
  | "duplicate"
  | "file-and-folder"
  | "too-many"
  | "too-large"
  | "too-dense"
  | "not-a-tar";

export type ManifestProblem =
  | "not-an-image-manifest"
  | "layer-missing"
  | "layer-too-large"
  | "no-package-in-index"
  | "package-manifest-invalid"
  | "name-unusable"
  /** Its integrity would be that of other contents, too. */
  | "content-ambiguous";

export type PackagesFailure =
  | ExecFailure
  | LockedFailure
  | RemoteFailure
  | {
      readonly reason: "package-file-invalid";
      readonly file: string;
      readonly problems: readonly FileProblem[];
    }
  | { readonly reason: "package-file-missing"; readonly file: string }
  | { readonly reason: "package-file-unreadable"; readonly file: string; readonly error: string }
  | { readonly reason: "package-empty"; readonly file: string }
  /** git ignores them, so no work signature would notice their change. */
  | {
      readonly reason: "packed-files-ignored";
      readonly file: string;
      readonly ignored: readonly string[];
    }
  | {
      readonly reason: "script-not-packed";
      readonly file: string;
      readonly script: string;
      readonly path: string;
    }
  | { readonly reason: "source-escapes"; readonly path: string; readonly target: string }
  /** A folder of outputs is a link that leads out of the project. */
  | { readonly reason: "output-escapes"; readonly folder: string; readonly target: string }
  | { readonly reason: "source-unusable"; readonly path: string; readonly problem: EntryProblem }
  /** While it was read. */
  | { readonly reason: "source-changed"; readonly path: string }
  | {
      readonly reason: "pack-damaged";
      readonly file: string;
      readonly expected: string;
      readonly actual: string;
    }
  | {
      readonly reason: "push-unconfirmed";
      readonly reference: string;
      readonly expected: Digest;
      readonly actual: string;
    }
  | {
      readonly reason: "package-missing";
      readonly reference: string;
      readonly immutable: string | undefined;
    }
  | {
      readonly reason: "layer-refused";
      readonly reference: string;
      readonly entry: string;
      readonly problem: EntryProblem;
      /** The limit, where the problem is one. */
      readonly most?: number;
    }
  | {
      readonly reason: "manifest-refused";
      readonly reference: string;
      readonly problem: ManifestProblem;
    }
  | {
      readonly reason: "integrity-mismatch";
      readonly lockFile: string;
      readonly key: string;
      readonly source: string;
      readonly expected: Digest;
      readonly actual: Digest;
    }
  | { readonly reason: "lock-entry-is-cache"; readonly lockFile: string; readonly key: string }
  | {
      readonly reason: "package-not-installed";
      readonly lockFile: string;
      readonly key: string;
      readonly state: "missing" | "damaged";
    }
  | StoreFailure
  | LinkFailure
  | PolicyFailure
  | DependencyFailure
  | ScanFailure
  | CacheFailure
  | AuthoringFailure;

/** What keeps a package from being begun, edited or built. */
export type AuthoringFailure =
  | { readonly reason: "manifest-missing"; readonly folder: string }
  | { readonly reason: "manifest-exists"; readonly file: string }
  | { readonly reason: "include-is-auto"; readonly file: string }
  | { readonly reason: "include-absent"; readonly path: string }
  | { readonly reason: "include-matches-nothing"; readonly pattern: string }
  | { readonly reason: "include-outside"; readonly path: string; readonly folder: string }
  | {
      readonly reason: "files-not-listed";
      readonly file: string;
      readonly words: readonly string[];
      readonly listed: readonly string[];
    }
  | {
      readonly reason: "dependency-declared";
      readonly name: string;
      readonly kind: "runtime" | "dev";
      readonly version: string;
    }
  | {
      readonly reason: "dependency-not-declared";
      readonly file: string;
      readonly name: string;
      readonly kind: "runtime" | "dev";
      readonly known: readonly string[];
    }
  | { readonly reason: "pyproject-missing"; readonly file: string }
  | {
      readonly reason: "pyproject-of-other-language";
      readonly file: string;
      readonly language: string;
    }
  | {
      readonly reason: "pyproject-invalid";
      readonly file: string;
      /** From 1; `undefined` where it is TOML and not what a project has. */
      readonly line: number | undefined;
      readonly problem: string;
    }
  | { readonly reason: "pyproject-without-dependencies"; readonly file: string }
  | { readonly reason: "version-not-counted"; readonly file: string; readonly version: string }
  | { readonly reason: "build-exists"; readonly reference: string };

/** What the folder of builds and pulls says no to. */
export type CacheFailure =
  | { readonly reason: "cache-reference-invalid"; readonly text: string }
  /** aigg gives `a/b:1` and `a_b:1` one folder. */
  | {
      readonly reason: "cache-place-taken";
      readonly reference: string;
      readonly takenBy: string;
      readonly folder: string;
    }
  | {
      readonly reason: "cache-entry-damaged";
      readonly reference: string;
      readonly folder: string;
    }
  | { readonly reason: "cache-entry-missing"; readonly reference: string }
  | { readonly reason: "build-missing"; readonly reference: string }
  | { readonly reason: "build-stopped"; readonly reference: string }
  | { readonly reason: "clean-stopped"; readonly folder: string };

/** What keeps the store and a project from agreeing with a lock. */
export type StoreFailure =
  /** Made by a build on the machine that locked it: no registry has it. */
  | {
      readonly reason: "source-local";
      readonly lockFile: string;
      readonly key: string;
      readonly source: string;
    }
  /** The integrity is the same, but it could be of other files: NUL bytes separate them. */
  | {
      readonly reason: "files-not-as-locked";
      readonly lockFile: string;
      readonly key: string;
      readonly source: string;
      readonly missing: readonly string[];
      readonly extra: readonly string[];
    }
  | {
      readonly reason: "packages-not-in-store";
      readonly lockFile: string;
      readonly packages: readonly {
        readonly key: string;
        readonly state: "missing" | "damaged";
      }[];
    }
  /** What `--frozen` asks of a lock. */
  | {
      readonly reason: "lock-incomplete";
      readonly lockFile: string;
      readonly entries: readonly {
        readonly key: string;
        readonly problem: "no-files" | "no-registry";
      }[];
    }
  | {
      readonly reason: "store-damaged";
      readonly folder: string;
      /** `name` is the key of a locked package, or the beginning of an integrity. */
      readonly entries: readonly { readonly name: string; readonly damage: EntryDamage }[];
      /** What is locked of them by a build of this machine, which no registry has. */
      readonly builds: readonly string[];
    }
  | { readonly reason: "project-missing"; readonly folder: string }
  | { readonly reason: "folder-not-writable"; readonly folder: string; readonly error: string }
  | { readonly reason: "store-busy"; readonly folder: string; readonly waitedMs: number }
  | { readonly reason: "packages-stopped" };

/** What keeps locked packages from being linked side by side. */
export type LinkFailure =
  | {
      /** Keys that differ in nothing but upper and lower case: a file system may hold only one of them. */
      readonly reason: "package-names-clash";
      readonly lockFile: string;
      readonly keys: readonly [string, string];
    }
  /** A link or a file is where the project's links are kept. */
  | { readonly reason: "links-folder-odd"; readonly folder: string };

/** What keeps dependencies from being written in a format of an ecosystem. */
export type DependencyFailure =
  | {
      readonly reason: "dependency-unreadable";
      readonly name: string;
      readonly constraint: string;
      readonly wantedBy: string;
      readonly ecosystem: "python" | "npm";
    }
  | {
      readonly reason: "dependencies-conflict";
      readonly name: string;
      readonly wanted: readonly { readonly wantedBy: string; readonly constraint: string }[];
    }
  | {
      readonly reason: "format-unknown";
      readonly format: string;
      readonly known: readonly string[];
    }
  | {
      readonly reason: "format-of-other-language";
      readonly format: string;
      readonly file: string;
      readonly language: string;
    };

/** What a policy has against a locked package. */
export type PolicyFailure =
  | { readonly reason: "policy-without-rule"; readonly policyFile: string; readonly key: string }
  | {
      readonly reason: "source-not-allowed";
      readonly policyFile: string;
      readonly key: string;
      readonly source: string;
      readonly allowed: readonly string[];
    }
  | {
      readonly reason: "package-unsigned";
      readonly policyFile: string;
      readonly key: string;
      readonly source: string;
      /** One for each signature that was found; none were. */
      readonly objections: readonly SignatureObjection[];
    };

export type SignatureObjection = {
  /** Digest of the public key; `undefined`: it cannot be believed who it was. */
  readonly signer: string | undefined;
  readonly problem: string;
};

export type PackagesCause =
  | LockedCause
  | RemoteCause
  | "packed"
  | "version-new"
  | "version-moved"
  | "signature-new"
  | "registry-agrees"
  | "first-install"
  | "store-entry-missing"
  | "store-entry-damaged"
  | "links-missing"
  | "links-changed"
  | "project-agrees"
  | "planned"
  | "nothing-linked"
  | "unlinked-project"
  | "verified"
  | "repaired"
  | "collected"
  | "nothing-to-collect"
  | "lock-changed"
  | "lock-agrees"
  | "package-begun"
  | "files-listed"
  | "no-new-files"
  | "files-unlisted"
  | "dependency-added"
  | "dependency-removed"
  | "dependencies-imported"
  | "dependencies-known"
  | "package-built"
  | "cached-removed"
  | "cleaned"
  | "would-clean"
  | "nothing-to-clean"
  | "disk-usage";
