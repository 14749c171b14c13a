export type ImportFailure =
  | {
      readonly reason: "import-unreadable";
      readonly file: string;
      readonly detail: string;
      readonly line: number;
      readonly column: number;
    }
  | {
      /** It is of no provider that we read. */
      readonly reason: "import-unknown";
      readonly file: string;
      readonly keys: readonly string[];
    }
  | { readonly reason: "import-in-the-way"; readonly file: string };
