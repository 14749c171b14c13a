/** What npm was asked to do, in its own words: `publish @acme/cli@1.2.0`. */
type Asked = { readonly asked: string };

/** The npm client did not do what it was asked. `answer` is one line of its own, without secrets. */
export type NpmFailure =
  | { readonly reason: "npm-absent" }
  | { readonly reason: "npm-stopped" }
  | (Asked & { readonly reason: "npm-timed-out"; readonly limitMs: number })
  /** No token, a wrong one, or one that may not: `code` says which. */
  | (Asked & { readonly reason: "npm-not-allowed"; readonly code: string; readonly answer: string })
  | (Asked & { readonly reason: "npm-unreachable"; readonly code: string; readonly answer: string })
  | (Asked & { readonly reason: "npm-unreadable"; readonly answer: string })
  | (Asked & { readonly reason: "npm-failed"; readonly code: string; readonly answer: string });

/** What is to be published is not fit for it. */
export type PackedFailure =
  | { readonly reason: "npm-package-missing"; readonly folder: string }
  | { readonly reason: "npm-package-outside"; readonly folder: string }
  | { readonly reason: "npm-package-invalid"; readonly folder: string; readonly problem: string }
  | { readonly reason: "npm-package-private"; readonly folder: string }
  | { readonly reason: "release-ids-missing"; readonly package: string; readonly file: string }
  | {
      readonly reason: "release-ids-differ";
      readonly package: string;
      readonly file: string;
      readonly deployTarget: string;
      readonly problems: readonly string[];
    };

/** What the registry has forbids it. */
export type PublishedFailure =
  | {
      readonly reason: "version-differs";
      readonly version: string;
      readonly packed: string;
      readonly published: string;
    }
  | { readonly reason: "version-withdrawn"; readonly version: string; readonly text: string }
  | {
      readonly reason: "tag-would-move-back";
      readonly version: string;
      readonly tag: string;
      readonly from: string;
    }
  | { readonly reason: "version-unpublished"; readonly version: string; readonly package: string }
  | {
      readonly reason: "good-version-unfit";
      readonly version: string;
      readonly package: string;
      readonly problem: "unpublished" | "deprecated" | "withdrawn";
    }
  /** npm said that it did it, and the registry does not show it. */
  | { readonly reason: "step-without-effect"; readonly step: string; readonly waitedMs: number };

export type ReleaseFailure =
  | NpmFailure
  | PackedFailure
  | PublishedFailure
  | { readonly reason: "release-undeclared"; readonly file: string }
  | { readonly reason: "release-package-unknown"; readonly name: string; readonly known: string }
  | { readonly reason: "release-undeployed"; readonly deployTarget: string; readonly file: string }
  | { readonly reason: "release-running"; readonly file: string };

export type ReleaseCause = "versions-published" | "versions-published-already";
