import type { Place } from "@slipway/signature";

/** A source file that its parser does not take; lines and columns count from 1. */
export type SourceFault = {
  readonly problem: "syntax" | "encoding" | "too-deep";
  /** The parser's own words. */
  readonly message: string;
  readonly at: Place;
  readonly line: number;
  readonly column: number;
};

/** What keeps the imports of a package from being known. A `path` is the file that was being read. */
export type ScanFailure =
  | { readonly reason: "source-unparsable"; readonly problems: readonly SourceFault[] }
  | {
      readonly reason: "source-too-large";
      readonly path: string;
      readonly sizeBytes: number;
      readonly mostBytes: number;
    }
  | { readonly reason: "source-reader-missing"; readonly program: string }
  | {
      readonly reason: "source-reader-timed-out";
      readonly program: string;
      readonly path: string | undefined;
      readonly limitMs: number;
    }
  | {
      readonly reason: "source-reader-crashed";
      readonly program: string;
      readonly path: string | undefined;
      readonly complaint: string;
    };
