import type { Folder } from "../folder.ts";
import type { Wanted } from "./version.ts";

/** A file that says which version is wanted; `read` gives the words that do. */
export type VersionSource = {
  readonly file: string;
  readonly read: (text: string) => string | undefined;
};

/** How what a lock file names gets there. */
export type Install = {
  /** For people: `npm ci` */
  readonly name: string;
  /** For a POSIX shell, in the folder. */
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It gets the version of the language by itself; the one that the use asks for by these variables. */
  readonly bringsVersion?: Pin;
  readonly cache: {
    readonly id: string;
    /** Relative to the folder, or `~/...`. */
    readonly paths: readonly string[];
  };
  /** What decides what is installed, of the folder; those that are there. */
  readonly keyFiles: readonly string[];
};

/** Variables that make a version that the use asks for the one of all steps. */
type Pin = (version: string) => Readonly<Record<string, string>> | undefined;

export type Texts = Readonly<Record<string, string | undefined>>;

export type Manager = {
  readonly name: string;
  /** The files of which one says that this manager is used. */
  readonly locks: readonly string[];
  readonly install: (folder: Folder, inputs: Texts) => Install;
  /** `bundler_version: 2.6.3` */
  readonly facts?: (folder: Folder) => Texts;
};

export type GithubSetup = {
  /** actions/setup-node@v4 */
  readonly reference: string;
  readonly with: Readonly<Record<string, string>>;
};

export type Language = {
  /** node, of the plugin lang/node */
  readonly name: string;
  /** The files of which one says that the language is used. */
  readonly markers: readonly string[];
  /** The first that says something wins. */
  readonly versions: readonly VersionSource[];
  /** The first whose lock is there wins. */
  readonly managers: readonly Manager[];
  /** Where there are markers, and no lock of any manager. */
  readonly unlocked: (folder: Folder, inputs: Texts) => Install;
  /** Beside `version` and `path`. */
  readonly inputs?: readonly string[];
  /** A cache of the file by this id is used in the place of the language's own, beside one of the same id. */
  readonly cacheAlias?: string;
  /** For a POSIX shell in the folder: makes sure of the version, whose numbers are in SLIPWAY_WANTED. */
  readonly setup: (wanted: Wanted) => string;
  /** The step with which GitHub's own machines get it, where there is one for what is wanted. */
  readonly github?: (wanted: Wanted) => GithubSetup | undefined;
  readonly pin?: Pin;
};
